DROP FUNCTION IF EXISTS ledger_post_transfer;

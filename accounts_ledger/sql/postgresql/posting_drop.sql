DROP FUNCTION IF EXISTS ledger_post_transfer;
DROP FUNCTION IF EXISTS ledger_post_all;
DROP FUNCTION IF EXISTS ledger_post;
DROP VIEW IF EXISTS ledger_posting;
DROP FUNCTION IF EXISTS ledger_write_posting;

DROP FUNCTION IF EXISTS ledger_post_transfer;
DROP FUNCTION IF EXISTS ledger_post_all;
DROP FUNCTION IF EXISTS ledger_post;
DROP VIEW IF EXISTS ledger_posting;
DROP FUNCTION IF EXISTS ledger_write_posting;
DROP TABLE IF EXISTS ledger_posting_rows;
DROP FUNCTION IF EXISTS ledger_write_posting_rows;

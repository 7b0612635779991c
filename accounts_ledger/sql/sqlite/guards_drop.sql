DROP TRIGGER IF EXISTS ledger_transfer_no_update;
DROP TRIGGER IF EXISTS ledger_transfer_no_delete;
DROP TRIGGER IF EXISTS ledger_transaction_no_update;
DROP TRIGGER IF EXISTS ledger_transaction_no_delete;
DROP TRIGGER IF EXISTS ledger_transfer_no_replace;
DROP TRIGGER IF EXISTS ledger_transaction_no_replace;
DROP TRIGGER IF EXISTS ledger_transfer_balances;

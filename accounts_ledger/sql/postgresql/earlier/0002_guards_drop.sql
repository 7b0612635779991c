DROP TRIGGER IF EXISTS ledger_transfer_append_only ON accounts_ledger_transfer;
DROP TRIGGER IF EXISTS ledger_transfer_no_truncate ON accounts_ledger_transfer;
DROP TRIGGER IF EXISTS ledger_transaction_append_only ON accounts_ledger_transaction;
DROP TRIGGER IF EXISTS ledger_transaction_no_truncate ON accounts_ledger_transaction;
DROP TRIGGER IF EXISTS ledger_transfer_balances ON accounts_ledger_transfer;
DROP FUNCTION IF EXISTS ledger_refuse_change();
DROP FUNCTION IF EXISTS ledger_check_transfer();

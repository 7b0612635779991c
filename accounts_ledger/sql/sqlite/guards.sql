-- The ledger's own rules, enforced for every client, raw SQL included.
-- Installed by accounts_ledger.guards; guards_drop.sql takes everything away again.

-- Transfers and transactions are append-only. The one change allowed is the one that deleting a user makes:
-- Transfer.user becomes NULL, while the username stays, or, when the person is erased, becomes the user's number.
CREATE TRIGGER IF NOT EXISTS ledger_transfer_no_update
BEFORE UPDATE ON accounts_ledger_transfer
WHEN NOT (
    NEW.user_id IS NULL
    AND NEW.id IS OLD.id
    AND NEW.reference IS OLD.reference
    AND NEW.source_id IS OLD.source_id
    AND NEW.destination_id IS OLD.destination_id
    AND NEW.amount IS OLD.amount
    AND NEW.kind IS OLD.kind
    AND NEW.parent_id IS OLD.parent_id
    AND NEW.hold_id IS OLD.hold_id
    AND NEW.merchant_reference IS OLD.merchant_reference
    AND NEW.description IS OLD.description
    AND (
        NEW.username IS OLD.username
        OR (OLD.user_id IS NOT NULL AND NEW.username IS 'erased-' || OLD.user_id)
    )
    AND NEW.idempotency_key IS OLD.idempotency_key
    AND NEW.date_created IS OLD.date_created
)
BEGIN
    SELECT RAISE(ABORT, 'ledger is append-only: UPDATE on accounts_ledger_transfer is refused; post a reversal or a new transfer instead');
END;

CREATE TRIGGER IF NOT EXISTS ledger_transfer_no_delete
BEFORE DELETE ON accounts_ledger_transfer
BEGIN
    SELECT RAISE(ABORT, 'ledger is append-only: DELETE on accounts_ledger_transfer is refused; post a reversal or a new transfer instead');
END;

CREATE TRIGGER IF NOT EXISTS ledger_transaction_no_update
BEFORE UPDATE ON accounts_ledger_transaction
BEGIN
    SELECT RAISE(ABORT, 'ledger is append-only: UPDATE on accounts_ledger_transaction is refused; post a reversal or a new transfer instead');
END;

CREATE TRIGGER IF NOT EXISTS ledger_transaction_no_delete
BEFORE DELETE ON accounts_ledger_transaction
BEGIN
    SELECT RAISE(ABORT, 'ledger is append-only: DELETE on accounts_ledger_transaction is refused; post a reversal or a new transfer instead');
END;

-- Likewise for transactions, see below.
CREATE TRIGGER IF NOT EXISTS ledger_transaction_no_replace
BEFORE INSERT ON accounts_ledger_transaction
WHEN EXISTS (
    SELECT 1 FROM accounts_ledger_transaction
    WHERE id = NEW.id
       OR (account_id = NEW.account_id AND sequence = NEW.sequence)
       OR (transfer_id = NEW.transfer_id AND (amount > 0) = (NEW.amount > 0))
)
BEGIN
    SELECT RAISE(ABORT, 'ledger is append-only: a transfer has one debit and one credit, and this transaction is there already');
END;

-- SQLite has no triggers at commit. So the two transactions are written first and the transfer last: the foreign
-- key, deferred to the commit, refuses transactions without a transfer, and this refuses a transfer without them.
CREATE TRIGGER IF NOT EXISTS ledger_transfer_balances
BEFORE INSERT ON accounts_ledger_transfer
WHEN (
    SELECT count(*) FROM accounts_ledger_transaction
    WHERE transfer_id = NEW.id
      AND ((account_id = NEW.source_id AND amount = -NEW.amount)
        OR (account_id = NEW.destination_id AND amount = NEW.amount))
) <> 2
BEGIN
    SELECT RAISE(ABORT, 'ledger must balance: a transfer needs exactly two transactions that sum to zero, a debit of its source and a credit of its destination, written before it');
END;

-- INSERT OR REPLACE deletes the old row without a delete trigger (recursive_triggers is off by default).
-- It does so for every unique index, so every one is asked here. Created last: SQLite asks the newest trigger first.
DROP TRIGGER IF EXISTS ledger_transfer_no_replace;
CREATE TRIGGER ledger_transfer_no_replace
BEFORE INSERT ON accounts_ledger_transfer
WHEN EXISTS (SELECT 1 FROM accounts_ledger_transfer WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM accounts_ledger_transfer WHERE reference = NEW.reference)
  OR EXISTS (SELECT 1 FROM accounts_ledger_transfer WHERE idempotency_key = NEW.idempotency_key)
  OR EXISTS (SELECT 1 FROM accounts_ledger_transfer WHERE hold_id = NEW.hold_id)
  OR (
      NEW.kind = 'reversal'
      AND EXISTS (SELECT 1 FROM accounts_ledger_transfer WHERE parent_id = NEW.parent_id AND kind = 'reversal')
  )
BEGIN
    SELECT RAISE(ABORT, 'ledger is append-only: a transfer with this id, reference, key, hold or reversed parent is there already');
END;

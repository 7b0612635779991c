-- The ledger's own rules, enforced for every client, raw SQL included.
-- Installed by accounts_ledger.guards; guards_drop.sql takes everything away again.

-- Transfers and transactions are append-only. The one change allowed is the one that deleting a user makes:
-- Transfer.user becomes NULL, while the username stays, or, when the person is erased, becomes the user's number.
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'accounts_ledger_transfer' THEN
        IF to_jsonb(NEW) - 'user_id' - 'username' = to_jsonb(OLD) - 'user_id' - 'username'
            AND NEW.user_id IS NULL
            AND (
                NEW.username = OLD.username
                OR (OLD.user_id IS NOT NULL AND NEW.username = 'erased-' || OLD.user_id)
            )
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'ledger is append-only: % on % is refused; post a reversal or a new transfer instead',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER ledger_transfer_append_only
    BEFORE UPDATE OR DELETE ON accounts_ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_transfer_no_truncate
    BEFORE TRUNCATE ON accounts_ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_transaction_append_only
    BEFORE UPDATE OR DELETE ON accounts_ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_transaction_no_truncate
    BEFORE TRUNCATE ON accounts_ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- At commit, every new transfer has exactly one debit of its source and one credit of its destination, which sum to
-- zero. (The unique index on (transfer, amount > 0) leaves no room for a third, then or later.)
CREATE OR REPLACE FUNCTION ledger_check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (
        -- OFFSET 0 keeps the planner to the index on the transfer: without statistics it may choose the one on the
        -- account, which for Bank reads its whole history for every transfer of a batch.
        SELECT count(*) FROM (
            SELECT account_id, amount FROM accounts_ledger_transaction WHERE transfer_id = NEW.id OFFSET 0
        ) AS side
        WHERE (account_id, amount) IN ((NEW.source_id, -NEW.amount), (NEW.destination_id, NEW.amount))
    ) <> 2 THEN
        RAISE EXCEPTION 'ledger must balance: transfer % needs exactly two transactions that sum to zero,'
            ' a debit of its source and a credit of its destination', NEW.reference
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS ledger_transfer_balances ON accounts_ledger_transfer;
CREATE CONSTRAINT TRIGGER ledger_transfer_balances
    AFTER INSERT ON accounts_ledger_transfer
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_check_transfer();

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

-- Transfers and transactions are written together or not at all: only through the gates of posting.sql, whose
-- triggers write a transfer with exactly one debit of its source and one credit of its destination.
CREATE OR REPLACE FUNCTION ledger_refuse_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'ledger must balance: % is written through the gates of posting only,'
            ' which write a transfer with exactly two transactions that sum to zero', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER ledger_transfer_gate
    BEFORE INSERT ON accounts_ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_insert();
CREATE OR REPLACE TRIGGER ledger_transaction_gate
    BEFORE INSERT ON accounts_ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_insert();

-- Posts one transfer in one call and one round trip: locks, checks, writes. Returns one row a side, or none if the
-- transfer was refused; then `accounts_ledger.posting.rules` finds out why.
-- Installed by accounts_ledger.posting.function; post_transfer_drop.sql takes it away again.
--
-- A function rather than one statement with many parts, because each of its statements sees what was committed when it
-- began. One statement has one snapshot: after waiting for a lock PostgreSQL would have to set up most of its plan anew
-- for each row that has changed, and would check constraints on the row as it was before, which refuses transfers in
-- error. And the server keeps the plans by itself, also behind a pooler that cannot prepare statements.
CREATE OR REPLACE FUNCTION ledger_post_transfer(
    asked_source bigint,
    asked_destination bigint,
    asked_amount numeric,
    asked_released numeric,
    asked_hold bigint,
    asked_largest numeric,
    asked_is_spender_asked boolean,
    asked_spender {user_type},
    asked_reference text,
    asked_kind text,
    asked_parent bigint,
    asked_merchant_reference text,
    asked_description text,
    asked_user {user_type},
    asked_username text,
    asked_idempotency_key text,
    asked_at timestamptz
) RETURNS TABLE (
    posted_id bigint,
    posted_at timestamptz,
    side_id bigint,
    side_balance numeric,
    side_held numeric,
    side_sequence bigint
) LANGUAGE plpgsql AS $$
DECLARE
    source record;
    destination record;
BEGIN
    -- Locks are taken from the newest account to the oldest, by everyone: Redemptions and Bank, which all transfers
    -- share, come last and are held for the shortest. One statement an account, so that each is a look-up by its key
    -- whatever the planner knew of the table when the session began: for both in one it may read the whole table.
    IF asked_source > asked_destination THEN
        SELECT currency, status, credit_limit, balance, held, sequence, primary_user_id INTO source
        FROM accounts_ledger_account WHERE id = asked_source FOR NO KEY UPDATE;
    END IF;
    SELECT currency, status, balance, held, sequence INTO destination
    FROM accounts_ledger_account WHERE id = asked_destination FOR NO KEY UPDATE;
    IF asked_source < asked_destination THEN
        SELECT currency, status, credit_limit, balance, held, sequence, primary_user_id INTO source
        FROM accounts_ledger_account WHERE id = asked_source FOR NO KEY UPDATE;
    END IF;

    -- Anything unknown refuses: an account that does not exist, a guest's key, which is NULL and equals nobody's.
    IF (
        source.currency = destination.currency
        AND (source.status = 'Open' OR (source.status = 'Frozen' AND asked_hold IS NOT NULL))
        AND destination.status = 'Open'
        AND (
            source.credit_limit IS NULL
            OR source.balance + source.credit_limit - source.held + asked_released >= asked_amount
        )
        AND source.balance - asked_amount >= -asked_largest
        AND destination.balance + asked_amount <= asked_largest
    ) IS NOT TRUE THEN
        RETURN;
    END IF;
    IF asked_is_spender_asked AND (
        source.primary_user_id = asked_spender
        OR (
            source.primary_user_id IS NULL
            AND (
                NOT EXISTS (
                    SELECT FROM accounts_ledger_account_secondary_users WHERE account_id = asked_source
                )
                OR EXISTS (
                    SELECT FROM accounts_ledger_account_secondary_users
                    WHERE account_id = asked_source AND user_id = asked_spender
                )
            )
        )
    ) IS NOT TRUE THEN
        RETURN;
    END IF;

    -- The clock is read under the locks, so that dates and running balances have the same order.
    posted_at := COALESCE(asked_at, clock_timestamp());
    INSERT INTO accounts_ledger_transfer (
        reference, source_id, destination_id, amount, kind, parent_id, hold_id, merchant_reference, description,
        user_id, username, idempotency_key, date_created
    ) VALUES (
        asked_reference, asked_source, asked_destination, asked_amount, asked_kind, asked_parent, asked_hold,
        asked_merchant_reference, asked_description, asked_user, asked_username, asked_idempotency_key, posted_at
    )
    ON CONFLICT DO NOTHING
    RETURNING id INTO posted_id;
    IF posted_id IS NULL THEN
        RETURN;
    END IF;

    UPDATE accounts_ledger_account
    SET balance = source.balance - asked_amount, held = source.held - asked_released, sequence = source.sequence + 1
    WHERE id = asked_source
    RETURNING balance, held, sequence INTO source.balance, source.held, source.sequence;
    UPDATE accounts_ledger_account
    SET balance = destination.balance + asked_amount, sequence = destination.sequence + 1
    WHERE id = asked_destination
    RETURNING balance, sequence INTO destination.balance, destination.sequence;

    INSERT INTO accounts_ledger_transaction (transfer_id, account_id, amount, balance, sequence, date_created)
    VALUES
        (posted_id, asked_source, -asked_amount, source.balance, source.sequence, posted_at),
        (posted_id, asked_destination, asked_amount, destination.balance, destination.sequence, posted_at);

    side_id := asked_source;
    side_balance := source.balance;
    side_held := source.held;
    side_sequence := source.sequence;
    RETURN NEXT;
    side_id := asked_destination;
    side_balance := destination.balance;
    side_held := destination.held;
    side_sequence := destination.sequence;
    RETURN NEXT;
END $$;

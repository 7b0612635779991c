-- Posting on PostgreSQL: the one place in this database that moves balances and writes transfers with their entries.
-- Installed by accounts_ledger.posting.schema; posting_drop.sql takes it away again.

-- The gate: one row is a transfer with the balances and numbers of its two entries. Only what is inserted here reaches
-- the tables (guards.sql), so every transfer has its debit and its credit by construction, and nothing is left to be
-- checked at commit, when all who wait for Redemptions would wait for the check too.
-- (It selects nothing, so that no change of the tables has to take it away first.)
CREATE OR REPLACE VIEW ledger_posting AS
    SELECT
        NULL::bigint AS id,
        NULL::text AS reference,
        NULL::bigint AS source_id,
        NULL::bigint AS destination_id,
        NULL::numeric AS amount,
        NULL::text AS kind,
        NULL::bigint AS parent_id,
        NULL::bigint AS hold_id,
        NULL::text AS merchant_reference,
        NULL::text AS description,
        NULL::{user_type} AS user_id,
        NULL::text AS username,
        NULL::text AS idempotency_key,
        NULL::timestamptz AS date_created,
        NULL::numeric AS source_balance,
        NULL::bigint AS source_sequence,
        NULL::numeric AS destination_balance,
        NULL::bigint AS destination_sequence
    WHERE false;

CREATE OR REPLACE FUNCTION ledger_write_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_ledger_transfer (
        id, reference, source_id, destination_id, amount, kind, parent_id, hold_id, merchant_reference, description,
        user_id, username, idempotency_key, date_created
    ) VALUES (
        NEW.id, NEW.reference, NEW.source_id, NEW.destination_id, NEW.amount, NEW.kind, NEW.parent_id, NEW.hold_id,
        NEW.merchant_reference, NEW.description, NEW.user_id, NEW.username, NEW.idempotency_key, NEW.date_created
    );
    INSERT INTO accounts_ledger_transaction (transfer_id, account_id, amount, balance, sequence, date_created)
    VALUES
        (NEW.id, NEW.source_id, -NEW.amount, NEW.source_balance, NEW.source_sequence, NEW.date_created),
        (NEW.id, NEW.destination_id, NEW.amount, NEW.destination_balance, NEW.destination_sequence, NEW.date_created);
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER posting_gate
    INSTEAD OF INSERT ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_write_posting();

-- The gate for very many: what is copied into this table is written as a whole, and nothing stays in it. A trigger for each
-- row took twice as long.
CREATE UNLOGGED TABLE IF NOT EXISTS ledger_posting_rows (
    id bigint,
    reference text,
    source_id bigint,
    destination_id bigint,
    amount numeric,
    kind text,
    parent_id bigint,
    hold_id bigint,
    merchant_reference text,
    description text,
    user_id {user_type},
    username text,
    idempotency_key text,
    date_created timestamptz,
    source_balance numeric,
    source_sequence bigint,
    destination_balance numeric,
    destination_sequence bigint
);

CREATE OR REPLACE FUNCTION ledger_write_posting_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_ledger_transfer (
        id, reference, source_id, destination_id, amount, kind, parent_id, hold_id, merchant_reference, description,
        user_id, username, idempotency_key, date_created
    )
    SELECT
        id, reference, source_id, destination_id, amount, kind, parent_id, hold_id, merchant_reference, description,
        user_id, COALESCE(username, ''), idempotency_key, date_created
    FROM posted;
    INSERT INTO accounts_ledger_transaction (transfer_id, account_id, amount, balance, sequence, date_created)
    SELECT id, source_id, -amount, source_balance, source_sequence, date_created FROM posted
    UNION ALL
    SELECT id, destination_id, amount, destination_balance, destination_sequence, date_created FROM posted;
    -- Those of this transaction: nobody else's are to be seen here.
    DELETE FROM ledger_posting_rows;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER posting_rows_gate
    AFTER INSERT ON ledger_posting_rows REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_write_posting_rows();

-- Posts one transfer in one call and one round trip: locks, checks, writes. Returns what was posted, or the refusal as a
-- value: its code, the id of what is in the way, and what is available there. Nothing was written then.
--
-- p_request has the columns of the transfer; 'spender_id', if a user has to be allowed to spend the source (null: a
-- guest, who may spend what belongs to nobody); and 'hold_id', if the transfer captures a hold.
--
-- A function rather than one statement with many parts, because each of its statements sees what was committed when it
-- began. One statement has one snapshot: after waiting for a lock PostgreSQL would have to set up most of its plan anew
-- for each row that has changed, and would check constraints on the row as it was before, which refuses transfers in
-- error. And the server keeps the plans by itself, also behind a pooler that cannot prepare statements.
CREATE OR REPLACE FUNCTION ledger_post(
    p_request jsonb,
    OUT refusal text,
    OUT refused_id bigint,
    OUT available numeric,
    OUT transfer_id bigint,
    OUT posted_at timestamptz,
    OUT is_replay boolean,
    OUT source_balance numeric,
    OUT source_held numeric,
    OUT source_sequence bigint,
    OUT destination_balance numeric,
    OUT destination_held numeric,
    OUT destination_sequence bigint
) RETURNS record LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    -- The largest balance that is stored (accounts_ledger.money.LARGEST).
    c_largest CONSTANT numeric := 999999999999.99;
    request accounts_ledger_transfer := jsonb_populate_record(NULL::accounts_ledger_transfer, p_request);
    earlier accounts_ledger_transfer;
    source record;
    destination record;
    hold record;
    v_released numeric := 0;
    v_is_authorised boolean := true;
BEGIN
    -- Holds are locked before accounts, by everyone.
    IF request.hold_id IS NOT NULL THEN
        SELECT status, account_id, amount INTO hold FROM accounts_ledger_hold WHERE id = request.hold_id FOR NO KEY UPDATE;
        IF (hold.status = 'open' AND hold.account_id = request.source_id) IS NOT TRUE THEN
            refusal := 'hold_not_open';
            refused_id := request.hold_id;
            RETURN;
        END IF;
        v_released := hold.amount;
    END IF;

    -- Accounts are locked from the newest to the oldest, by everyone: Redemptions and Bank, which all transfers share,
    -- come last and are held for the shortest. One statement an account, so that each is a look-up by its key whatever
    -- the planner knew of the table when the session began: for both in one it may read the whole table.
    IF request.source_id > request.destination_id THEN
        SELECT currency, status, credit_limit, balance, held, sequence, primary_user_id INTO source
        FROM accounts_ledger_account WHERE id = request.source_id FOR NO KEY UPDATE;
    ELSE
        SELECT currency, status, balance, held, sequence INTO destination
        FROM accounts_ledger_account WHERE id = request.destination_id FOR NO KEY UPDATE;
    END IF;
    -- Looked for under the first lock, which the same request sent twice has to wait for, and before the last one.
    IF request.idempotency_key IS NOT NULL THEN
        SELECT * INTO earlier FROM accounts_ledger_transfer WHERE idempotency_key = request.idempotency_key;
    END IF;
    IF earlier.id IS NULL AND EXISTS (
        SELECT FROM accounts_ledger_transfer WHERE reference = request.reference
    ) THEN
        refusal := 'reference_taken';
        RETURN;
    END IF;
    IF request.source_id > request.destination_id THEN
        SELECT currency, status, balance, held, sequence INTO destination
        FROM accounts_ledger_account WHERE id = request.destination_id FOR NO KEY UPDATE;
    ELSE
        SELECT currency, status, credit_limit, balance, held, sequence, primary_user_id INTO source
        FROM accounts_ledger_account WHERE id = request.source_id FOR NO KEY UPDATE;
    END IF;

    source_balance := source.balance;
    source_held := source.held;
    source_sequence := source.sequence;
    destination_balance := destination.balance;
    destination_held := destination.held;
    destination_sequence := destination.sequence;
    is_replay := earlier.id IS NOT NULL;

    IF p_request ? 'spender_id' THEN
        -- A guest's id is null, which equals nobody's.
        IF source.primary_user_id IS NOT NULL THEN
            v_is_authorised := COALESCE(source.primary_user_id::text = p_request ->> 'spender_id', false);
        ELSE
            SELECT COUNT(*) = 0 OR COALESCE(bool_or(shared.user_id::text = p_request ->> 'spender_id'), false)
            INTO v_is_authorised
            FROM accounts_ledger_account_secondary_users AS shared
            WHERE shared.account_id = request.source_id;
        END IF;
    END IF;

    -- The rules, in the order of accounts_ledger.posting.rules.
    IF source.currency IS NULL THEN
        refusal := 'account_not_found';
        refused_id := request.source_id;
    ELSIF destination.currency IS NULL THEN
        refusal := 'account_not_found';
        refused_id := request.destination_id;
    ELSIF is_replay THEN
        IF (earlier.source_id, earlier.destination_id, earlier.amount, earlier.kind, earlier.parent_id,
            earlier.merchant_reference)
            IS DISTINCT FROM
           (request.source_id, request.destination_id, request.amount, request.kind, request.parent_id,
            request.merchant_reference)
        THEN
            refusal := 'idempotency_conflict';
        END IF;
        transfer_id := earlier.id;
    ELSIF source.currency <> destination.currency THEN
        refusal := 'currency_mismatch';
    ELSIF source.status = 'Closed' THEN
        refusal := 'closed_account';
        refused_id := request.source_id;
    ELSIF source.status <> 'Open' AND request.hold_id IS NULL THEN
        -- What was authorised by a hold stays good when the account is frozen afterwards.
        refusal := 'frozen_account';
        refused_id := request.source_id;
    ELSIF destination.status = 'Closed' THEN
        refusal := 'closed_account';
        refused_id := request.destination_id;
    ELSIF destination.status <> 'Open' THEN
        refusal := 'frozen_account';
        refused_id := request.destination_id;
    ELSIF NOT v_is_authorised THEN
        refusal := 'not_authorised';
        refused_id := request.source_id;
    ELSIF source.credit_limit IS NOT NULL
        AND source.balance + source.credit_limit - source.held + v_released < request.amount
    THEN
        refusal := 'insufficient_funds';
        refused_id := request.source_id;
        available := source.balance + source.credit_limit - source.held + v_released;
    ELSIF source.balance - request.amount < -c_largest OR destination.balance + request.amount > c_largest THEN
        refusal := 'balance_too_large';
    END IF;
    IF refusal IS NOT NULL OR is_replay THEN
        RETURN;
    END IF;

    source_balance := source.balance - request.amount;
    source_held := source.held - v_released;
    source_sequence := source.sequence + 1;
    destination_balance := destination.balance + request.amount;
    destination_sequence := destination.sequence + 1;
    transfer_id := nextval('accounts_ledger_transfer_id_seq');
    -- The clock is read under the locks, so that dates and running balances have the same order.
    posted_at := COALESCE(request.date_created, clock_timestamp());

    UPDATE accounts_ledger_account SET balance = source_balance, held = source_held, sequence = source_sequence
    WHERE id = request.source_id;
    UPDATE accounts_ledger_account SET balance = destination_balance, sequence = destination_sequence
    WHERE id = request.destination_id;
    IF request.hold_id IS NOT NULL THEN
        UPDATE accounts_ledger_hold SET status = 'captured', date_ended = posted_at WHERE id = request.hold_id;
    END IF;
    INSERT INTO ledger_posting (
        id, reference, source_id, destination_id, amount, kind, parent_id, hold_id, merchant_reference, description,
        user_id, username, idempotency_key, date_created,
        source_balance, source_sequence, destination_balance, destination_sequence
    ) VALUES (
        transfer_id, request.reference, request.source_id, request.destination_id, request.amount, request.kind,
        request.parent_id, request.hold_id, request.merchant_reference, request.description,
        request.user_id, request.username, request.idempotency_key, posted_at,
        source_balance, source_sequence, destination_balance, destination_sequence
    );
END $$;

-- Posts several transfers in one call, all or none, in their order: a row each, up to the first that is refused.
-- p_hold_ids (from the oldest) and p_account_ids (from the newest) name all that the requests need.
CREATE OR REPLACE FUNCTION ledger_post_all(p_requests jsonb, p_hold_ids bigint[], p_account_ids bigint[]) RETURNS TABLE (
    refusal text,
    refused_id bigint,
    available numeric,
    transfer_id bigint,
    posted_at timestamptz,
    is_replay boolean,
    source_balance numeric,
    source_held numeric,
    source_sequence bigint,
    destination_balance numeric,
    destination_held numeric,
    destination_sequence bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    request jsonb;
    outcome record;
    v_id bigint;
BEGIN
    -- All that will be needed, in the one order: whoever took Redemptions for the first transfer and then asked for the
    -- card of the second would wait for somebody who has that card and waits for Redemptions.
    FOREACH v_id IN ARRAY p_hold_ids LOOP
        PERFORM FROM accounts_ledger_hold WHERE id = v_id FOR NO KEY UPDATE;
    END LOOP;
    FOREACH v_id IN ARRAY p_account_ids LOOP
        PERFORM FROM accounts_ledger_account WHERE id = v_id FOR NO KEY UPDATE;
    END LOOP;
    BEGIN
        FOR request IN SELECT value FROM jsonb_array_elements(p_requests) LOOP
            outcome := ledger_post(request);
            refusal := outcome.refusal;
            refused_id := outcome.refused_id;
            available := outcome.available;
            transfer_id := outcome.transfer_id;
            posted_at := outcome.posted_at;
            is_replay := outcome.is_replay;
            source_balance := outcome.source_balance;
            source_held := outcome.source_held;
            source_sequence := outcome.source_sequence;
            destination_balance := outcome.destination_balance;
            destination_held := outcome.destination_held;
            destination_sequence := outcome.destination_sequence;
            RETURN NEXT;
            IF refusal IS NOT NULL THEN
                RAISE EXCEPTION USING ERRCODE = 'LD001';
            END IF;
        END LOOP;
    EXCEPTION WHEN SQLSTATE 'LD001' THEN
        -- What was written before the refusal is undone with this block; the row that says why was returned already.
        NULL;
    END;
END $$;

-- As version 1.0 calls it, while its processes are being replaced. It goes with the next release.
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
    posted record;
BEGIN
    IF asked_hold IS NOT NULL THEN
        -- Its caller has marked the hold as captured already; posting does that itself now.
        UPDATE accounts_ledger_hold SET status = 'open', date_ended = NULL WHERE id = asked_hold AND status = 'captured';
    END IF;
    SELECT * INTO posted FROM ledger_post(
        jsonb_build_object(
            'source_id', asked_source, 'destination_id', asked_destination, 'amount', asked_amount, 'hold_id', asked_hold,
            'reference', asked_reference, 'kind', asked_kind, 'parent_id', asked_parent,
            'merchant_reference', asked_merchant_reference, 'description', asked_description, 'user_id', asked_user,
            'username', asked_username, 'idempotency_key', asked_idempotency_key, 'date_created', asked_at
        ) || CASE WHEN asked_is_spender_asked THEN jsonb_build_object('spender_id', asked_spender) ELSE '{}' END
    );
    IF posted.refusal IS NOT NULL OR posted.is_replay THEN
        RETURN;
    END IF;
    RETURN QUERY VALUES
        (posted.transfer_id, posted.posted_at, asked_source, posted.source_balance, posted.source_held, posted.source_sequence),
        (posted.transfer_id, posted.posted_at, asked_destination, posted.destination_balance, posted.destination_held, posted.destination_sequence);
END $$;

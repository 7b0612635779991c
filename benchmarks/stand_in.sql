-- A ledger of pgledger's shape to compare with: a stored function that locks two rows, checks, updates both and
-- inserts a transfer and two entries. It has none of the guarantees that the ledger adds.
CREATE TABLE account (
    id bigint PRIMARY KEY,
    balance numeric NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    allow_negative boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_account_id bigint NOT NULL REFERENCES account,
    to_account_id bigint NOT NULL REFERENCES account,
    amount numeric NOT NULL CHECK (amount > 0),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON transfer (from_account_id);
CREATE INDEX ON transfer (to_account_id);

CREATE TABLE entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES account,
    transfer_id bigint NOT NULL REFERENCES transfer,
    amount numeric NOT NULL,
    previous_balance numeric NOT NULL,
    current_balance numeric NOT NULL,
    account_version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON entry (account_id);
CREATE INDEX ON entry (transfer_id);

CREATE FUNCTION create_transfer(from_id bigint, to_id bigint, moved numeric) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    source account;
    destination account;
    new_id bigint;
BEGIN
    PERFORM FROM account WHERE id IN (from_id, to_id) ORDER BY id FOR UPDATE;
    UPDATE account SET balance = balance - moved, version = version + 1, updated_at = now()
    WHERE id = from_id RETURNING * INTO source;
    UPDATE account SET balance = balance + moved, version = version + 1, updated_at = now()
    WHERE id = to_id RETURNING * INTO destination;
    IF source.balance < 0 AND NOT source.allow_negative THEN
        RAISE EXCEPTION 'account % may not be negative', from_id;
    END IF;
    INSERT INTO transfer (from_account_id, to_account_id, amount)
    VALUES (from_id, to_id, moved) RETURNING id INTO new_id;
    INSERT INTO entry (account_id, transfer_id, amount, previous_balance, current_balance, account_version)
    VALUES (from_id, new_id, -moved, source.balance + moved, source.balance, source.version);
    INSERT INTO entry (account_id, transfer_id, amount, previous_balance, current_balance, account_version)
    VALUES (to_id, new_id, moved, destination.balance - moved, destination.balance, destination.version);
    RETURN new_id;
END $$;

INSERT INTO account (id, allow_negative) SELECT id, true FROM generate_series(1, 1000) AS id;

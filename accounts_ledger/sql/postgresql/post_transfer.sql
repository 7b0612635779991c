-- Posts one transfer in one statement and one round trip: locks, checks, writes. Returns one row a side, or none if
-- the transfer was refused; then `accounts_ledger.posting.rules` finds out why.
--
-- Every value that is read or computed comes from the locked rows, never from the statement's snapshot: whoever waited
-- for a lock sees what the one before left. Locks are taken in the order of the ids, by everyone.
WITH locked AS MATERIALIZED (
    SELECT id, status, currency, balance, held, sequence, credit_limit, primary_user_id
    FROM accounts_ledger_account
    WHERE id IN (%(source)s, %(destination)s)
    ORDER BY id
    FOR NO KEY UPDATE
),
accepted AS MATERIALIZED (
    -- The clock is read under the locks, so that dates and running balances have the same order.
    SELECT COALESCE(%(at)s::timestamptz, clock_timestamp()) AS at
    FROM locked AS source, locked AS destination
    WHERE source.id = %(source)s
      AND destination.id = %(destination)s
      AND source.currency = destination.currency
      AND (source.status = 'Open' OR (source.status = 'Frozen' AND %(hold)s::bigint IS NOT NULL))
      AND destination.status = 'Open'
      AND (
          source.credit_limit IS NULL
          OR source.balance + source.credit_limit - source.held + %(released)s::numeric >= %(amount)s::numeric
      )
      AND source.balance - %(amount)s::numeric >= -%(largest)s::numeric
      AND destination.balance + %(amount)s::numeric <= %(largest)s::numeric
      AND (
          NOT %(is_spender_asked)s::boolean
          -- A guest's key is NULL, which equals nobody's.
          OR source.primary_user_id = %(spender)s::{user_type}
          OR (
              source.primary_user_id IS NULL
              AND (
                  NOT EXISTS (
                      SELECT FROM accounts_ledger_account_secondary_users WHERE account_id = source.id
                  )
                  OR EXISTS (
                      SELECT FROM accounts_ledger_account_secondary_users
                      WHERE account_id = source.id AND user_id = %(spender)s::{user_type}
                  )
              )
          )
      )
),
transfer AS (
    INSERT INTO accounts_ledger_transfer (
        reference, source_id, destination_id, amount, kind, parent_id, hold_id, merchant_reference, description,
        user_id, username, idempotency_key, date_created
    )
    SELECT
        %(reference)s, %(source)s, %(destination)s, %(amount)s::numeric, %(kind)s, %(parent)s::bigint, %(hold)s::bigint,
        %(merchant_reference)s::text, %(description)s::text, %(user)s::{user_type}, %(username)s,
        %(idempotency_key)s::text, accepted.at
    FROM accepted
    ON CONFLICT (idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
    RETURNING id, date_created
),
moved AS (
    -- Every column that a CHECK looks at is set from the locked rows. PostgreSQL checks the row that the statement's
    -- snapshot shows before it notices that somebody changed it meanwhile, and computes anew: with the account's own
    -- columns, a card that was loaded a moment ago would be refused for the balance it had before.
    UPDATE accounts_ledger_account AS account
    SET balance = locked.balance + side.amount,
        held = locked.held - side.released,
        sequence = locked.sequence + 1,
        credit_limit = locked.credit_limit
    FROM transfer, locked, (VALUES
        (%(source)s, -%(amount)s::numeric, %(released)s::numeric),
        (%(destination)s, %(amount)s::numeric, 0)
    ) AS side (account_id, amount, released)
    WHERE account.id = side.account_id
      AND locked.id = side.account_id
    RETURNING account.id, side.amount, account.balance, account.held, account.sequence
),
written AS (
    INSERT INTO accounts_ledger_transaction (transfer_id, account_id, amount, balance, sequence, date_created)
    SELECT transfer.id, moved.id, moved.amount, moved.balance, moved.sequence, transfer.date_created
    FROM moved, transfer
)
SELECT transfer.id, transfer.date_created, moved.id, moved.balance, moved.held, moved.sequence
FROM moved, transfer

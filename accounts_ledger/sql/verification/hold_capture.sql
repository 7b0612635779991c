-- A captured hold was captured by one transfer out of its account of at most its amount; any other hold by none.
SELECT
    hold.id AS hold,
    transfer.id AS transfer,
    CASE WHEN hold.status = 'captured' THEN hold.amount ELSE 0 END AS expected,
    transfer.amount AS found
FROM accounts_ledger_hold AS hold
LEFT JOIN accounts_ledger_transfer AS transfer ON transfer.hold_id = hold.id
WHERE hold.account_id BETWEEN %(low)s AND %(high)s
  AND (
      (hold.status = 'captured' AND transfer.id IS NULL)
      OR (
          transfer.id IS NOT NULL
          AND (
              hold.status <> 'captured'
              OR transfer.source_id <> hold.account_id
              OR transfer.amount > hold.amount
          )
      )
  )

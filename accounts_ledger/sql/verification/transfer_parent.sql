-- A parent is an earlier transfer, and what undoes one moves the money back: a reversal to where it came from, a refund
-- out of where it went. Nothing undoes without a parent.
SELECT
    transfer.id AS transfer,
    'an earlier transfer of the same accounts' AS expected,
    CAST(transfer.parent_id AS VARCHAR(20)) AS found
FROM accounts_ledger_transfer AS transfer
LEFT JOIN accounts_ledger_transfer AS parent ON parent.id = transfer.parent_id
WHERE transfer.id BETWEEN %(low)s AND %(high)s
  AND (
      (transfer.parent_id IS NOT NULL AND parent.id IS NULL)
      OR parent.id >= transfer.id
      OR (transfer.kind IN ('refund', 'reversal') AND transfer.parent_id IS NULL)
      OR (transfer.kind IN ('refund', 'reversal') AND parent.destination_id <> transfer.source_id)
      OR (
          transfer.kind = 'reversal'
          AND (parent.source_id <> transfer.destination_id OR parent.amount <> transfer.amount)
      )
  )

-- What was given back of a transfer never exceeds it. A refund that was reversed itself does not count.
SELECT
    original.id AS transfer,
    original.amount AS expected,
    SUM(CAST(ROUND(undoing.amount * 100) AS BIGINT)) / 100.0 AS found
FROM accounts_ledger_transfer AS undoing
JOIN accounts_ledger_transfer AS original ON original.id = undoing.parent_id
WHERE undoing.parent_id BETWEEN %(low)s AND %(high)s
  AND undoing.kind IN ('refund', 'reversal')
  AND NOT EXISTS (
      SELECT 1 FROM accounts_ledger_transfer AS reversal
      WHERE reversal.parent_id = undoing.id AND reversal.kind = 'reversal'
  )
GROUP BY original.id, original.amount
HAVING SUM(CAST(ROUND(undoing.amount * 100) AS BIGINT)) > CAST(ROUND(original.amount * 100) AS BIGINT)

-- The transactions of a transfer sum to zero, also those that name a transfer which does not exist.
SELECT
    transfer_id AS transfer,
    0 AS expected,
    SUM(CAST(ROUND(amount * 100) AS BIGINT)) / 100.0 AS found
FROM accounts_ledger_transaction
WHERE transfer_id BETWEEN %(low)s AND %(high)s
GROUP BY transfer_id
HAVING SUM(CAST(ROUND(amount * 100) AS BIGINT)) <> 0

-- A transfer has exactly two transactions: a debit of its source and a credit of its destination, dated as it is.
SELECT
    transfer.id AS transfer,
    2 AS expected,
    COUNT(side.id) || ' (' || COUNT(
        CASE
            WHEN side.date_created = transfer.date_created
             AND (
                 (side.account_id = transfer.source_id AND side.amount = -transfer.amount)
                 OR (side.account_id = transfer.destination_id AND side.amount = transfer.amount)
             )
            THEN 1
        END
    ) || ')' AS found
FROM accounts_ledger_transfer AS transfer
LEFT JOIN accounts_ledger_transaction AS side
    ON side.transfer_id = transfer.id
   AND side.transfer_id BETWEEN %(low)s AND %(high)s
WHERE transfer.id BETWEEN %(low)s AND %(high)s
GROUP BY transfer.id
HAVING COUNT(side.id) <> 2
    OR COUNT(
        CASE
            WHEN side.date_created = transfer.date_created
             AND (
                 (side.account_id = transfer.source_id AND side.amount = -transfer.amount)
                 OR (side.account_id = transfer.destination_id AND side.amount = transfer.amount)
             )
            THEN 1
        END
    ) <> 2

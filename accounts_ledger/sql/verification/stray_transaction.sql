-- Every transaction belongs to a transfer and an account that exist.
SELECT
    side.id AS "transaction",
    side.transfer_id AS transfer,
    side.account_id AS account,
    2 AS expected,
    COUNT(transfer.id) + COUNT(account.id) AS found
FROM accounts_ledger_transaction AS side
LEFT JOIN accounts_ledger_transfer AS transfer ON transfer.id = side.transfer_id
LEFT JOIN accounts_ledger_account AS account ON account.id = side.account_id
WHERE side.transfer_id BETWEEN %(low)s AND %(high)s
  AND (transfer.id IS NULL OR account.id IS NULL)
GROUP BY side.id, side.transfer_id, side.account_id

-- An account's balance is the sum of its transactions. Summed in cents: SQLite computes decimals as binary fractions.
SELECT
    account.id AS account,
    COALESCE(journal.cents, 0) / 100.0 AS expected,
    account.balance AS found
FROM accounts_ledger_account AS account
LEFT JOIN (
    SELECT account_id, SUM(CAST(ROUND(amount * 100) AS BIGINT)) AS cents
    FROM accounts_ledger_transaction
    WHERE account_id BETWEEN %(low)s AND %(high)s
    GROUP BY account_id
) AS journal ON journal.account_id = account.id
WHERE account.id BETWEEN %(low)s AND %(high)s
  AND CAST(ROUND(account.balance * 100) AS BIGINT) <> COALESCE(journal.cents, 0)

-- What an account holds back is the sum of its open holds.
SELECT
    account.id AS account,
    COALESCE(held.cents, 0) / 100.0 AS expected,
    account.held AS found
FROM accounts_ledger_account AS account
LEFT JOIN (
    SELECT account_id, SUM(CAST(ROUND(amount * 100) AS BIGINT)) AS cents
    FROM accounts_ledger_hold
    WHERE account_id BETWEEN %(low)s AND %(high)s
      AND status = 'open'
    GROUP BY account_id
) AS held ON held.account_id = account.id
WHERE account.id BETWEEN %(low)s AND %(high)s
  AND CAST(ROUND(account.held * 100) AS BIGINT) <> COALESCE(held.cents, 0)

-- All balances of a currency sum to zero: whatever one account has, another one owes.
SELECT
    currency,
    0 AS expected,
    SUM(CAST(ROUND(balance * 100) AS BIGINT)) / 100.0 AS found
FROM accounts_ledger_account
GROUP BY currency
HAVING SUM(CAST(ROUND(balance * 100) AS BIGINT)) <> 0

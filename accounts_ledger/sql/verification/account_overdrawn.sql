-- No account owes more than its credit limit, or has promised more than it has.
SELECT
    id AS account,
    0 AS expected,
    ROUND(balance + credit_limit - held, 2) AS found
FROM accounts_ledger_account
WHERE id BETWEEN %(low)s AND %(high)s
  AND credit_limit IS NOT NULL
  AND ROUND(balance + credit_limit - held, 2) < 0

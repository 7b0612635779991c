-- Dates and running balances of an account have the same order, so that a balance as of a date is one look-up.
SELECT account, "transaction", expected, found
FROM (
    SELECT
        account_id AS account,
        id AS "transaction",
        LAG(date_created) OVER (PARTITION BY account_id ORDER BY sequence) AS expected,
        date_created AS found
    FROM accounts_ledger_transaction
    WHERE account_id BETWEEN %(low)s AND %(high)s
) AS link
WHERE found < expected

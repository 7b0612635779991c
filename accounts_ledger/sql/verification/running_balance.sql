-- Every running balance is the one before it plus the amount. One wrong balance breaks two links: to it, and from it.
SELECT account, "transaction", expected, found
FROM (
    SELECT
        account_id AS account,
        id AS "transaction",
        ROUND(
            COALESCE(LAG(balance) OVER (PARTITION BY account_id ORDER BY sequence), 0) + amount, 2
        ) AS expected,
        balance AS found
    FROM accounts_ledger_transaction
    WHERE account_id BETWEEN %(low)s AND %(high)s
) AS link
WHERE expected <> found

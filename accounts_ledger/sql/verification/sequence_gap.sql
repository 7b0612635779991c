-- The transactions of an account are numbered from 1 without gaps: a lost or doubled row shows.
SELECT account, "transaction", expected, found
FROM (
    SELECT
        account_id AS account,
        id AS "transaction",
        COALESCE(LAG(sequence) OVER (PARTITION BY account_id ORDER BY sequence), 0) + 1 AS expected,
        sequence AS found
    FROM accounts_ledger_transaction
    WHERE account_id BETWEEN %(low)s AND %(high)s
) AS link
WHERE expected <> found

-- Amounts are numbers: not NaN, which PostgreSQL would store, nor infinite, nor a text, which SQLite would. Databases
-- sort all of these beyond the largest amount there can be. Looked for first: what sums them up would stumble over them.
SELECT id AS account, CAST(NULL AS BIGINT) AS hold, CAST(NULL AS BIGINT) AS transfer, CAST(NULL AS BIGINT) AS entry, 'a number' AS expected, CAST(balance AS VARCHAR(40)) AS found
FROM accounts_ledger_account
WHERE NOT (balance BETWEEN -999999999999.99 AND 999999999999.99)
UNION ALL
SELECT id, NULL, NULL, NULL, 'a number', CAST(held AS VARCHAR(40))
FROM accounts_ledger_account
WHERE NOT (held BETWEEN -999999999999.99 AND 999999999999.99)
UNION ALL
SELECT id, NULL, NULL, NULL, 'a number', CAST(credit_limit AS VARCHAR(40))
FROM accounts_ledger_account
WHERE NOT (credit_limit BETWEEN -999999999999.99 AND 999999999999.99)
UNION ALL
SELECT NULL, id, NULL, NULL, 'a number', CAST(amount AS VARCHAR(40))
FROM accounts_ledger_hold
WHERE NOT (amount BETWEEN -999999999999.99 AND 999999999999.99)
UNION ALL
SELECT NULL, NULL, id, NULL, 'a number', CAST(amount AS VARCHAR(40))
FROM accounts_ledger_transfer
WHERE NOT (amount BETWEEN -999999999999.99 AND 999999999999.99)
UNION ALL
SELECT NULL, NULL, NULL, id, 'a number', CAST(amount AS VARCHAR(40))
FROM accounts_ledger_transaction
WHERE NOT (amount BETWEEN -999999999999.99 AND 999999999999.99)
UNION ALL
SELECT NULL, NULL, NULL, id, 'a number', CAST(balance AS VARCHAR(40))
FROM accounts_ledger_transaction
WHERE NOT (balance BETWEEN -999999999999.99 AND 999999999999.99)

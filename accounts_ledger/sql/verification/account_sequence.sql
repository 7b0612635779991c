-- An account knows how many transactions it has.
SELECT
    account.id AS account,
    COALESCE(journal.transactions, 0) AS expected,
    account.sequence AS found
FROM accounts_ledger_account AS account
LEFT JOIN (
    SELECT account_id, COUNT(*) AS transactions
    FROM accounts_ledger_transaction
    WHERE account_id BETWEEN %(low)s AND %(high)s
    GROUP BY account_id
) AS journal ON journal.account_id = account.id
WHERE account.id BETWEEN %(low)s AND %(high)s
  AND account.sequence <> COALESCE(journal.transactions, 0)

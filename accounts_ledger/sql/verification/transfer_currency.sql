-- Both accounts of a transfer have one currency.
SELECT
    transfer.id AS transfer,
    source.currency AS expected,
    destination.currency AS found
FROM accounts_ledger_transfer AS transfer
JOIN accounts_ledger_account AS source ON source.id = transfer.source_id
JOIN accounts_ledger_account AS destination ON destination.id = transfer.destination_id
WHERE transfer.id BETWEEN %(low)s AND %(high)s
  AND source.currency <> destination.currency

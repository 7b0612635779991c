"""Renderings of a report's rows. Each takes a `accounts_ledger.reports.table.Result`, and shows the same figures."""

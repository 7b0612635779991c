"""The chart of accounts: its tree with totals, and the form for one type."""

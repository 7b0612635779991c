"""Demo data: people, a small shop, and several months of ledger history. One noun a file; see `create_demo`."""

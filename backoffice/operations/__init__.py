"""What running the back office needs beside its pages: probes, logs, metrics, backups, a database replica.

Nothing in the ledger or the shop knows this package; it listens to them.
"""

"""Running the back office in production: health checks, logs, metrics, backups, a database replica.

Nothing in the ledger or the shop knows this package; it listens to them.
"""

"""The finance back office: every page of the ledger in Django's admin. Each module registers its own model."""

from accounts_ledger.admin import account, account_type, batch, hold, journal, transfer, verification

__all__ = ["account", "account_type", "batch", "hold", "journal", "transfer", "verification"]

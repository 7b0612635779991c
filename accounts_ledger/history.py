"""The record of who changed what on many accounts at once; Django's bulk updates leave none by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts_ledger.models import Account


def record(accounts: Iterable[Account], *, reason: str, user: Any = None) -> None:
    """Write one row of history for each account, as it is now in memory, with *reason* and *user*."""
    Account.history.bulk_history_create(
        list(accounts), batch_size=500, update=True, default_user=user, default_change_reason=reason
    )

"""The record of who changed what on many accounts at once; Django's bulk updates leave none by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts_ledger import clock
from accounts_ledger.models import Account


def record(accounts: Iterable[Account], *, reason: str, user: Any = None) -> None:
    """Write one row of history for each account, as it is now in memory, with *reason* and *user*."""
    changed = list(accounts)
    records = Account.history.bulk_history_create(
        changed, batch_size=500, update=True, default_user=user, default_change_reason=reason, default_date=clock.now()
    )
    if records:
        _record_shared_with({record.id: record for record in records})


def shared_with_model() -> Any:
    """Return the model of the users with whom an account was shared at a row of its history."""
    return Account.history.model.historicalaccount_secondary_users_set.rel.related_model


def _record_shared_with(records: dict[int, Any]) -> None:
    """Write with whom the accounts are shared: bulk history leaves that out, as if they had ceased to be."""
    through = Account.secondary_users.through
    historical = shared_with_model()
    shared = through.objects.filter(account__in=list(records))
    historical.objects.bulk_create(
        [
            historical(history=records[row.account_id], account_id=row.account_id, user_id=row.user_id, id=row.pk)
            for row in shared
        ],
        batch_size=500,
    )

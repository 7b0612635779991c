"""Which accounts there are, and which of their columns may be written to many of them at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts_ledger import exceptions
from accounts_ledger.money import ZERO

if TYPE_CHECKING:
    from accounts_ledger.models.account import Account  # noqa: F401  (the bases below name it)

#: Columns that only posting writes. Everything else may save an account without losing a transfer.
LEDGER_OWNED = frozenset({"balance", "held", "sequence"})


class AccountQuerySet(models.QuerySet["Account"]):
    def update(self, **kwargs: Any) -> int:
        """Update as usual, but refuse the columns that the ledger owns."""
        _refuse_ledger_owned(kwargs.keys())
        return super().update(**kwargs)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Create as usual; new accounts start empty, whatever the instances say."""
        _refuse_ledger_owned(kwargs.get("update_fields") or ())
        accounts = list(objs)
        for account in accounts:
            account.tidy()
            account.balance, account.held, account.sequence = ZERO, ZERO, 0
        return super().bulk_create(accounts, *args, **kwargs)

    def post(self, **kwargs: Any) -> int:
        """Write columns that the ledger owns. Only `accounts_ledger.posting` may call this."""
        return super().update(**kwargs)

    def started(self, at: datetime.datetime) -> AccountQuerySet:
        return self.filter(Q(start_date__lte=at) | Q(start_date=None))


def _refuse_ledger_owned(names: Iterable[str]) -> None:
    owned = LEDGER_OWNED.intersection(names)
    if owned:
        raise exceptions.AccountException(
            f"{', '.join(sorted(owned))} change by transfers only: use accounts_ledger.facade."
        )


class ActiveAccountManager(models.Manager["Account"]):
    """Accounts within their dates now, whatever their status."""

    def get_queryset(self) -> AccountQuerySet:
        now = timezone.now()
        accounts = AccountQuerySet(self.model, using=self._db)
        return accounts.started(now).filter(Q(end_date__gt=now) | Q(end_date=None))


class ExpiredAccountManager(models.Manager["Account"]):
    """Accounts whose end has passed, whatever their status."""

    def get_queryset(self) -> AccountQuerySet:
        return AccountQuerySet(self.model, using=self._db).filter(end_date__lte=timezone.now())

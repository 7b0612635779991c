"""Which accounts there are, and which of their columns may be written to many of them at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import IntegrityError, models
from django.db.models import Q
from django.utils import timezone

from accounts_ledger import code_keys, codes, exceptions
from accounts_ledger.money import ZERO

if TYPE_CHECKING:
    from accounts_ledger.models.account import Account  # noqa: F401  (the bases below name it)

#: Columns that only posting writes. Everything else may save an account without losing a transfer.
LEDGER_OWNED = frozenset({"balance", "held", "sequence"})


#: A code, and what is derived from it: see `accounts_ledger.models.code_field`.
CODE_FIELDS = frozenset({"code", "code_hash", "code_tail"})


class AccountQuerySet(models.QuerySet["Account"]):
    def update(self, **kwargs: Any) -> int:
        """Update as usual, but refuse the columns that the ledger owns; a code brings its hash along."""
        _refuse_ledger_owned(kwargs.keys())
        if "code" in kwargs and not kwargs.keys() >= CODE_FIELDS:
            code = kwargs["code"]
            if hasattr(code, "resolve_expression"):
                raise FieldError("Codes are sealed: the database can compute none.")
            code = codes.normalise(code) or None if code else None
            kwargs.update(self.model._meta.get_field("code").columns(code))
            refuse_taken([code] if code else [])
        return super().update(**kwargs)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        """Update as usual; a code brings its hash along."""
        names, accounts = set(fields), tuple(objs)
        if "code" in names:
            names |= CODE_FIELDS
            for account in accounts:
                account.tidy()
                self.model._meta.get_field("code").fill(account)
        return super().bulk_update(accounts, sorted(names), batch_size=batch_size)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Create as usual; new accounts start empty, whatever the instances say."""
        _refuse_ledger_owned(kwargs.get("update_fields") or ())
        accounts = list(objs)
        for account in accounts:
            account.tidy()
            account.balance, account.held, account.sequence = ZERO, ZERO, 0
        refuse_taken(account.code for account in accounts if account.code)
        return super().bulk_create(accounts, *args, **kwargs)

    def post(self, **kwargs: Any) -> int:
        """Write columns that the ledger owns. Only `accounts_ledger.posting` may call this."""
        return super().update(**kwargs)

    def for_people(self) -> AccountQuerySet:
        """Return the accounts that people are shown: all but those that the ledger keeps for itself."""
        return self.filter(stands_for=None)

    def started(self, at: datetime.datetime) -> AccountQuerySet:
        return self.filter(Q(start_date__lte=at) | Q(start_date=None))


def refuse_taken(given: Iterable[str], *, other_than: int | None = None) -> None:
    """Refuse codes, in the form in which they are stored, of accounts whose codes an older key has sealed.

    The database sees that a code is taken by its hash, which is another one for each key. Older keys seal nothing
    new: what they have is there to be seen, or has just been sealed by the newest one and is the database's to refuse.

    Args:
        other_than: the id of the account that may have it.

    Raises:
        IntegrityError: as the database does.
    """
    older = code_keys.keyring()[1:]
    if not older:
        return
    hashes = [key.digest(code) for code in given for key in older]
    accounts = apps.get_model("accounts_ledger", "Account")._base_manager
    for start in range(0, len(hashes), 1000):
        holders = accounts.filter(code_hash__in=hashes[start : start + 1000])
        if any(pk != other_than for pk in holders.values_list("pk", flat=True)):
            raise IntegrityError("account_code_unique: a code is taken, and sealed by an older key")


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

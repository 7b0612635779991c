"""The one place that locks the ledger's rows, and the one order in which everybody takes locks.

Batches first, then holds, then transfers (each from the oldest to the newest), then accounts from the newest to the
oldest. So the accounts that all transfers share (Redemptions, Bank), which are older than any card, are locked last:
whoever waits for a card keeps nobody else waiting. ``sql/postgresql/posting.sql`` takes them in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db import connections, models, router
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.models import Account, AccountType, GiftCardBatch, Hold, Transfer

Row = TypeVar("Row", bound=models.Model)


def accounts(pks: Iterable[int], using: str | None = None) -> dict[int, Account]:
    """Return the accounts by id, as they are now, locked until the transaction ends.

    Raises:
        AccountNotFound: one of them does not exist.
    """
    wanted = set(pks)
    locked = {account.pk: account for account in newest_first(_of(Account, using).filter(pk__in=wanted))}
    missing = wanted - locked.keys()
    if missing:
        raise exceptions.AccountNotFound(_("Account %s does not exist any more.") % min(missing), account=min(missing))
    return locked


def account(pk: int) -> Account:
    """Return one account as it is now, locked.

    Raises:
        AccountNotFound: it was never saved, or is gone.
    """
    locked = _locked(Account._default_manager.filter(pk=pk)).first()
    if locked is None:
        raise exceptions.AccountNotFound(_("The account does not exist any more."))
    return locked


def newest_first(chosen: QuerySet[Account], *, skip_locked: bool = False) -> QuerySet[Account]:
    """Return a query that locks the *chosen* accounts when it is run, and finds them as they are then.

    Args:
        skip_locked: leave out those that somebody else has locked, where the database can.
    """
    return _locked(chosen, skip_locked=skip_locked).order_by("-pk")


def holds(pks: Iterable[int], using: str | None = None) -> dict[int, Hold]:
    """Return the holds by id, as they are now, locked. Those that do not exist are missing."""
    return {hold.pk: hold for hold in _locked(_of(Hold, using).filter(pk__in=set(pks))).order_by("pk")}


def transfers(pks: Iterable[int]) -> dict[int, Transfer]:
    """Return the transfers by id, locked: their refunds and their reversal take turns. No account is locked by it."""
    return {one.pk: one for one in _locked(Transfer._default_manager.filter(pk__in=set(pks))).order_by("pk")}


def batch(pk: int) -> GiftCardBatch:
    """Return the batch as it is now, locked, with its source."""
    return GiftCardBatch.objects.select_for_update(of=("self",)).select_related("source").get(pk=pk)


def chart() -> None:
    """Lock the chart of accounts: whoever hands a journal over takes turns with others who do."""
    _locked(AccountType._default_manager.all()).order_by("path").first()


def row(model: type[Row], pk: object) -> Row:
    """Return a row of any other table as it is now, locked."""
    return model._default_manager.select_for_update(of=("self",)).get(pk=pk)


def _of(model: type[Row], using: str | None) -> QuerySet[Row]:
    return model._default_manager.using(using or router.db_for_write(model)).all()


def _locked(chosen: QuerySet[Row], *, skip_locked: bool = False) -> QuerySet[Row]:
    # Without its key: foreign keys that refer to the row are checked by others meanwhile.
    features = connections[router.db_for_write(chosen.model)].features
    return chosen.select_for_update(
        no_key=features.has_select_for_no_key_update,
        skip_locked=skip_locked and features.has_select_for_update_skip_locked,
    )

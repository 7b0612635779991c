"""Ranges of ids with about the same number of rows behind each, so that every step takes about as long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max, Min

from accounts_ledger.models import Account, Transaction

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Range:
    """Ids from ``low`` to ``high``, both included, with an estimate of the rows behind them."""

    low: int
    high: int
    rows: int


def of_accounts(connection: BaseDatabaseWrapper, size: int) -> Iterator[Range]:
    """Yield ranges of account ids that have about *size* transactions each; one busy account is one range.

    Together they cover every possible id, so that a transaction of an account that does not exist is seen too.
    """
    low, rows = _LOWEST, 0
    accounts = Account.objects.using(connection.alias).order_by("pk").values_list("pk", "sequence")
    for pk, sequence in accounts.iterator():
        rows += 1 + max(sequence, 0)
        if rows >= size:
            yield Range(low, pk, rows)
            low, rows = pk + 1, 0
    yield Range(low, _HIGHEST, rows)


def of_transfers(connection: BaseDatabaseWrapper, size: int) -> Iterator[Range]:
    """Yield ranges of *size* transfer ids, as transactions name them. Together they cover every possible id."""
    span = Transaction.objects.using(connection.alias).aggregate(low=Min("transfer_id"), high=Max("transfer_id"))
    low, newest = _LOWEST, span["high"] or 0
    for high in range((span["low"] or 1) + size, newest, size):
        yield Range(low, high, size)
        low = high + 1
    yield Range(low, _HIGHEST, min(size, newest))

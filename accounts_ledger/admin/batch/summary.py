"""What a batch comes to, as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from accounts_ledger.imports.options import CONDITIONS
from accounts_ledger.models import AccountType, GiftCardBatch, Transaction, Transfer


@dataclass(frozen=True)
class TypeTotal:
    name: str
    cards: int
    value: Decimal


@dataclass(frozen=True)
class Summary:
    """Control totals in the batch's currency, and where a running job stands."""

    value: Decimal
    smallest: Decimal
    largest: Decimal
    by_type: list[TypeTotal]
    skipped: list[tuple[Any, int]]
    frozen: list[tuple[Any, int]]
    percent: int
    seconds_left: int | None
    remaining: Decimal | None
    redeemed: Decimal | None


def summary(batch: GiftCardBatch) -> Summary:
    totals = batch.totals or {}
    by_type = totals.get("by_type", {})
    names = dict(AccountType.objects.filter(pk__in=by_type).values_list("pk", "name"))
    return Summary(
        value=batch.value,
        smallest=Decimal(totals.get("smallest", 0)),
        largest=Decimal(totals.get("largest", 0)),
        by_type=[TypeTotal(names.get(int(pk), pk), count, Decimal(value)) for pk, (count, value) in by_type.items()],
        skipped=_named(totals.get("skipped", {})),
        frozen=_named(totals.get("frozen", {})),
        percent=_percent(batch),
        seconds_left=_seconds_left(batch),
        remaining=_remaining(batch),
        redeemed=_redeemed(batch),
    )


def _named(conditions: dict[str, int]) -> list[tuple[Any, int]]:
    return [(CONDITIONS[key], count) for key, count in conditions.items()]


def _expected(batch: GiftCardBatch) -> int:
    """How many rows a running job has to do; a check finds out on the way, so the upload's estimate serves."""
    return batch.cards if batch.state == batch.State.LOADING else batch.rows or batch.options.get("rows_estimated", 0)


def _percent(batch: GiftCardBatch) -> int:
    expected = _expected(batch)
    return min(100 * batch.processed // expected, 99) if expected else 0


def _seconds_left(batch: GiftCardBatch) -> int | None:
    expected = _expected(batch)
    if not batch.is_busy or not batch.processed or not batch.date_started or not expected:
        return None
    spent = (timezone.now() - batch.date_started).total_seconds()
    return max(round(spent * (expected - batch.processed) / batch.processed), 1)


def _remaining(batch: GiftCardBatch) -> Decimal | None:
    if batch.state not in (batch.State.LOADED, batch.State.REVERSED):
        return None
    return batch.accounts.aggregate(total=Sum("balance"))["total"] or Decimal(0)


def _redeemed(batch: GiftCardBatch) -> Decimal | None:
    """What was spent from its cards in all, less what was refunded to them."""
    if batch.state not in (batch.State.LOADED, batch.State.REVERSED):
        return None
    sides = Transaction.objects.filter(account__batch=batch)
    kinds = Transfer.Kind
    spent = sides.filter(transfer__kind__in=(kinds.REDEMPTION, kinds.REFUND))
    undone = sides.filter(transfer__kind=kinds.REVERSAL, transfer__parent__kind__in=(kinds.REDEMPTION, kinds.REFUND))
    return -sum((found.aggregate(total=Sum("amount"))["total"] or Decimal(0) for found in (spent, undone)), Decimal(0))

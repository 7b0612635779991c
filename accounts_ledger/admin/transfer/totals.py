"""The totals of a filtered list of transfers, by currency and kind."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.safestring import SafeString

from accounts_ledger.admin.shared.money_column import money
from accounts_ledger.models import Transfer
from accounts_ledger.money import ZERO

#: Rows that are summed at most: beyond them, totals would cost more than the page.
BOUND = 50_000


@dataclass(frozen=True)
class Total:
    """The number and the sum of the transfers of one currency and kind (or of all kinds)."""

    currency: str
    kind: str
    count: int
    amount: Decimal

    @property
    def money(self) -> SafeString:
        return money(self.amount, self.currency)

    @property
    def kind_label(self) -> Any:
        return Transfer.Kind(self.kind).label if self.kind else ""


@dataclass(frozen=True)
class Totals:
    """``exceeded`` means that there were more than `BOUND` transfers, and nothing was summed."""

    exceeded: bool
    by_currency: list[Total]
    by_kind: list[Total]


def totals(transfers: QuerySet[Transfer]) -> Totals:
    """Return the totals of *transfers*, if there are at most `BOUND`."""
    if transfers.order_by()[BOUND:].exists():
        return Totals(exceeded=True, by_currency=[], by_kind=[])
    rows = (
        transfers.order_by("source__currency", "kind")
        .values("source__currency", "kind")
        .annotate(number=Count("pk"), total=Sum("amount"))
    )
    by_kind = [Total(row["source__currency"], row["kind"], row["number"], row["total"].quantize(ZERO)) for row in rows]
    return Totals(exceeded=False, by_currency=_by_currency(by_kind), by_kind=by_kind)


def _by_currency(by_kind: list[Total]) -> list[Total]:
    merged: dict[str, Total] = {}
    for total in by_kind:
        before = merged.get(total.currency)
        merged[total.currency] = Total(
            total.currency,
            "",
            total.count + (before.count if before else 0),
            total.amount + (before.amount if before else ZERO),
        )
    return list(merged.values())

"""The figures of the dashboard: each a handful of queries that stay cheap however large the ledger is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts_ledger import dates
from accounts_ledger.models import Account, Hold, Transfer
from accounts_ledger.money import ZERO
from accounts_ledger.reports import liability
from accounts_ledger.reports.chart_index import ChartIndex
from backoffice.mail import sending
from oscar_integration import conf as shop_conf
from oscar_integration.models import GiftCardSale

#: Month-ends before today that the trend of the liability shows.
TREND_MONTHS = 11
EXPIRY_DAYS = 30

LOADS = (Transfer.Kind.LOAD, Transfer.Kind.TOP_UP)


@dataclass(frozen=True)
class Liability:
    """The liability to customers at the ends of past months, and now (the last one)."""

    days: list[datetime.date]
    totals: list[Decimal]

    @property
    def now(self) -> Decimal:
        return self.totals[-1]

    @property
    def since_last_month(self) -> Decimal:
        """Return by how much it has grown (or, negative, shrunk) since the end of last month."""
        return self.totals[-1] - self.totals[-2]


@dataclass(frozen=True)
class Flow:
    """Value and number of transfers this month so far, by this day and time of last month, and in all last month."""

    this_month: Decimal
    number: int
    by_this_day: Decimal
    last_month: Decimal


@dataclass(frozen=True)
class Sum_:  # noqa: N801  (Sum is Django's)
    """A number of things and their value."""

    number: int
    value: Decimal


def liability_trend(currency: str) -> Liability:
    """Return the liability at the last month-ends and now, in three queries."""
    today = timezone.localdate()
    days = [*liability.month_ends_before(today, TREND_MONTHS), today]
    return Liability(days, liability.totals([dates.end_of(day) for day in days], currency, ChartIndex.read()))


def flows(currency: str) -> dict[str, Flow]:
    """Return the loads and the redemptions of this month and the last, in one query over their two months."""
    now = timezone.localtime()
    this_month = dates.start_of(now.date().replace(day=1))
    last_month = dates.start_of((this_month - datetime.timedelta(days=1)).astimezone(now.tzinfo).date().replace(day=1))
    same_moment = min(last_month + (now - this_month), this_month)
    recent = Q(date_created__gte=this_month)
    row: dict[str, Any] = {}
    for name, kinds in (("loads", LOADS), ("redemptions", (Transfer.Kind.REDEMPTION,))):
        of_kind = Q(kind__in=kinds)
        row |= {
            f"{name}_this": Sum("amount", filter=of_kind & recent),
            f"{name}_number": Count("pk", filter=of_kind & recent),
            f"{name}_by_then": Sum("amount", filter=of_kind & Q(date_created__lt=same_moment)),
            f"{name}_last": Sum("amount", filter=of_kind & ~recent),
        }
    since = Transfer.objects.filter(date_created__gte=last_month, source__currency=currency)
    found = since.filter(kind__in=(*LOADS, Transfer.Kind.REDEMPTION)).aggregate(**row)
    return {
        name: Flow(
            this_month=_exact(found[f"{name}_this"]),
            number=found[f"{name}_number"],
            by_this_day=_exact(found[f"{name}_by_then"]),
            last_month=_exact(found[f"{name}_last"]),
        )
        for name in ("loads", "redemptions")
    }


def expiring(currency: str) -> Sum_:
    """Return the open accounts that expire within `EXPIRY_DAYS` and what is on them."""
    last = dates.end_of(timezone.localdate() + datetime.timedelta(days=EXPIRY_DAYS))
    soon = Account.objects.filter(
        status=Account.OPEN, end_date__gt=timezone.now(), end_date__lte=last, currency=currency, chart_code=None
    )
    return _sum(soon.aggregate(number=Count("pk"), value=Sum("balance")))


def open_holds(currency: str) -> Sum_:
    """Return the open holds."""
    held = Hold.objects.filter(status=Hold.Status.OPEN, account__currency=currency)
    return _sum(held.aggregate(number=Count("pk"), value=Sum("amount")))


def imbalance(currency: str) -> Decimal:
    """Return the sum of all balances, which is zero in books that balance."""
    total = Account.objects.filter(currency=currency).aggregate(total=Sum("balance"))["total"]
    return _exact(total)


def _exact(total: Decimal | None) -> Decimal:
    """Return *total* without the binary fractions that SQLite adds up."""
    return (total or ZERO).quantize(ZERO)


def _sum(found: dict[str, Any]) -> Sum_:
    return Sum_(number=found["number"], value=_exact(found["value"]))


def overdue_mails() -> int:
    """Return how many e-mails have waited too long."""
    return int(sending.overdue().count())


def overdue_sales() -> int:
    """Return how many gift cards were sold more than an hour ago, in orders that stand, and are not issued."""
    waiting = GiftCardSale.objects.filter(
        state=GiftCardSale.State.WAITING, date_created__lt=timezone.now() - datetime.timedelta(hours=1)
    )
    return waiting.exclude(order__status__in=shop_conf.get("ACCOUNTS_CANCELLED_STATUSES")).count()

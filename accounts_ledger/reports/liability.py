"""What is owed to customers in total: cheaply, because the books sum to zero."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery

from accounts_ledger.models import Account, Transaction
from accounts_ledger.money import ZERO
from accounts_ledger.reports.chart_index import ChartIndex


def totals(moments: Sequence[datetime.datetime], currency: str, chart: ChartIndex) -> list[Decimal]:
    """Return the total of customers' balances just before each of *moments*, in one query.

    All balances sum to zero, so it is what all *other* accounts owe. Those are a handful (Bank, Redemptions…), and each
    is one look at an index, where the customers' accounts may be millions.
    """
    others = Account.objects.filter(currency=currency).exclude(account_type__in=chart.programme_ids)
    names = [f"at_{number}" for number in range(len(moments))]
    balances = others.annotate(
        **{name: Subquery(_balance_before(moment)) for name, moment in zip(names, moments, strict=True)}
    )
    totals = [ZERO] * len(moments)
    for row in balances.values_list(*names):
        totals = [total - (balance or ZERO) for total, balance in zip(totals, row, strict=True)]
    return totals


def _balance_before(moment: datetime.datetime) -> Any:
    before = Transaction.objects.filter(account=OuterRef("pk"), date_created__lt=moment)
    return before.order_by("-date_created", "-sequence").values("balance")[:1]


def month_ends_before(day: datetime.date, count: int) -> list[datetime.date]:
    """Return the last *count* month-ends before *day*, the earliest first."""
    ends: list[datetime.date] = []
    for _month in range(count):
        day = day.replace(day=1) - datetime.timedelta(days=1)
        ends.insert(0, day)
    return ends

"""Exceptions: movements that somebody ought to look at, each kind in a table of its own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Mod, TruncDate
from django.utils.translation import gettext_lazy as _

from accounts_ledger.models import Transfer
from accounts_ledger.money import ZERO
from accounts_ledger.reports.filters import PeriodFilter
from accounts_ledger.reports.movement_list import COLUMNS, transfer_rows
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Column, Drill, Result, Row, Table

Kind = Transfer.Kind

#: From which amount, in units of the currency, a single movement is unusually large if the form says nothing else.
LARGE = Decimal("500.00")
#: A burst: so many round loads, of one amount, by one user on one day.
BURST = 10

BURST_COLUMNS = [
    Column("day", _("Day"), "date"),
    Column("user", _("By")),
    Column("amount", _("Amount"), "money"),
    Column("number", _("Loads"), "number"),
    Column("total", _("Total"), "money"),
]


class ExceptionsFilter(PeriodFilter):
    large = django_filters.NumberFilter(
        method="unchanged", label=_("Large amounts from"), min_value=0, max_value=10**9, decimal_places=2
    )

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        return {**super().defaults(), "large": LARGE}


class Exceptions(Report):
    slug = "exceptions"
    title = _("Exceptions")
    description = _("Unusual activity to review.")
    filter_class = ExceptionsFilter

    def run(self, parameters: ExceptionsFilter) -> Result:
        transfers = Transfer.objects.filter(
            date_created__gte=parameters.since,
            date_created__lt=parameters.until,
            source__currency=parameters.chosen_currency,
        )
        spent = transfers.filter(kind=Kind.REDEMPTION)
        loads = Transfer.objects.filter(kind=Kind.LOAD, destination=OuterRef("source"))
        redeemed_before = Transfer.objects.filter(
            kind=Kind.REDEMPTION, source=OuterRef("source"), date_created__lt=OuterRef("date_created")
        )
        same_day = spent.annotate(day=TruncDate("date_created")).filter(
            Exists(loads.annotate(day=TruncDate("date_created")).filter(day=OuterRef("day")))
        )
        by_issuer = spent.filter(Exists(loads.filter(user__isnull=False, user=OuterRef("user"))))
        undone = transfers.filter(Exists(redeemed_before), kind=Kind.REVERSAL, parent__kind=Kind.LOAD)
        large = transfers.filter(amount__gte=parameters.values["large"])
        return Result(
            tables=[
                _listed(_("Issued and spent on the same day"), same_day),
                _listed(_("Load reversed after a redemption"), undone),
                _listed(_("Spent by the user who issued it"), by_issuer),
                _listed(_("Unusually large"), large),
                _bursts(transfers, parameters.chosen_currency),
            ]
        )


def _listed(title: Any, transfers: QuerySet[Transfer]) -> Table:
    return Table(title, COLUMNS, transfer_rows(transfers))


def _drill(group: Mapping[str, Any], currency: str) -> dict[str, Drill]:
    loads = {"currency": currency, "start": group["day"], "end": group["day"], "kind": ["load"]}
    behind = Drill("report", "activity", {**loads, "username": group["username"], "amount": group["amount"]})
    return {"number": behind, "amount": behind, "total": behind}


def _bursts(transfers: QuerySet[Transfer], currency: str) -> Table:
    round_loads = transfers.annotate(over=Mod(F("amount"), 10)).filter(Q(over=0), kind=Kind.LOAD)
    groups = (
        round_loads.annotate(day=TruncDate("date_created"))
        .order_by()
        .values("day", "username", "amount")
        .annotate(number=Count("pk"), total=Sum("amount"))
        .filter(number__gte=BURST)
        .order_by("day", "username", "amount")
    )
    rows = [
        Row(
            {
                "day": group["day"],
                "user": group["username"],
                "amount": group["amount"].quantize(ZERO),
                "number": group["number"],
                "total": group["total"].quantize(ZERO),
            },
            _drill(group, currency),
        )
        for group in groups
    ]
    return Table(_("Bursts of round amounts"), BURST_COLUMNS, rows)

"""Breakage: what became of the value that was issued in each month."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts_ledger import dates
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO
from accounts_ledger.reports.chart_index import ChartIndex
from accounts_ledger.reports.filters import EARLIEST, AsOfFilter, account_type_filter
from accounts_ledger.reports.months import Months, last_day_after, months_between
from accounts_ledger.reports.movements import movements
from accounts_ledger.reports.period import Period
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Chart, Column, Drill, Result, Row, Table, total_row

#: Ages, in months since the month of issue, at which the share redeemed is shown.
AGES = (0, 1, 2, 3, 6, 9, 12, 18, 24)
#: How many of the latest cohorts get a curve of their own.
CURVES = 6

VALUES = [
    Column("month", _("Issued in")),
    Column("issued", _("Issued"), "money"),
    Column("redeemed", _("Redeemed to date"), "money"),
    Column("share", _("Share redeemed"), "share"),
    Column("lapsed", _("Expired (breakage)"), "money"),
    Column("other", _("Withdrawn, adjusted"), "money"),
    Column("remaining", _("Remaining"), "money"),
]
ISSUED = ("sold", "issued_free", "top_ups")
REDEEMED = ("redeemed", "refunds")
OTHER = ("withdrawn", "adjustments")

#: Into how many parts at most the time since the first issue is cut to be added up.
PARTS = 4

#: Signed totals of one month of issue: by line, and by how many months after the issue.
Cohort = dict[tuple[str, int], Decimal]


class BreakageFilter(AsOfFilter):
    account_type = account_type_filter()


class Breakage(Report):
    slug = "breakage"
    title = _("Breakage by issue month")
    description = _(
        "Value issued in each month: how much was redeemed, by age, how much expired, and how much remains."
    )
    filter_class = BreakageFilter

    def run(self, parameters: BreakageFilter) -> Result:
        chart = ChartIndex.read()
        cohorts = _cohorts(parameters, chart)
        months = sorted(cohorts)
        rows = [_values(month, cohorts[month], parameters) for month in months]
        total = total_row(rows, VALUES, _("Total"))
        total.values["share"] = _share(total.values["redeemed"], total.values["issued"])
        total.drill = _drill(_listing(None, parameters))
        ages = [_ages(month, cohorts[month], parameters) for month in months]
        columns = [
            Column("month", _("Issued in")),
            *(Column(f"age_{age}", ngettext("After %d month", "After %d months", age) % age, "share") for age in AGES),
        ]
        return Result(
            tables=[Table(_("Value"), VALUES, rows, total), Table(_("Share redeemed by age"), columns, ages)],
            charts=[_curves(ages)],
        )


def _cohorts(parameters: BreakageFilter, chart: ChartIndex) -> dict[datetime.date, Cohort]:
    until_then = Period(dates.start_of(EARLIEST), parameters.then.moment, parameters.chosen_currency)
    first = Account.objects.filter(currency=parameters.chosen_currency).aggregate(first=Min("date_created"))["first"]
    months = Months(max(timezone.localdate(first), EARLIEST) if first else parameters.day, parameters.day)
    cohorts: dict[datetime.date, Cohort] = defaultdict(lambda: defaultdict(lambda: ZERO))
    grouped = movements(
        until_then,
        chart,
        chart.subtree_ids(parameters.values["account_type"]),
        by={"moved": months.number_of("date_created")},
        by_account={"issued": lambda account: months.number_of(f"{account}__date_created")},
        cuts=[dates.start_of(day) for day in months.days[:: len(months.days) // PARTS + 1][1:]],
    )
    for movement in grouped:
        issued = movement.keys["issued"]
        age = max(movement.keys["moved"] - issued, 0)
        cohorts[months.days[issued]][movement.line, age] += movement.amount
    return cohorts


def _sum(cohort: Cohort, lines: tuple[str, ...] | None, up_to_age: int | None = None) -> Decimal:
    return sum(
        (
            value
            for (line, age), value in cohort.items()
            if (lines is None or line in lines) and (up_to_age is None or age <= up_to_age)
        ),
        ZERO,
    )


def _share(redeemed: Decimal, issued: Decimal) -> Decimal | None:
    return redeemed / issued if issued > 0 else None


def _values(month: datetime.date, cohort: Cohort, parameters: BreakageFilter) -> Row:
    issued, redeemed = _sum(cohort, ISSUED), -_sum(cohort, REDEEMED)
    lapsed, remaining = -_sum(cohort, ("lapsed",)), _sum(cohort, None)
    values: dict[str, Any] = {
        "month": f"{month:%Y-%m}",
        "issued": issued,
        "redeemed": redeemed + ZERO,
        "share": _share(redeemed, issued),
        "lapsed": lapsed + ZERO,
        "other": issued - redeemed - lapsed - remaining,
        "remaining": remaining,
    }
    return Row(values, _drill(_listing(month, parameters)))


def _listing(month: datetime.date | None, parameters: BreakageFilter) -> dict[str, Any]:
    """Return the movements to the day of accounts issued in *month*, or ever."""
    return {
        "currency": parameters.chosen_currency,
        "account_type": parameters.values["account_type"],
        "start": EARLIEST,
        "end": parameters.day,
        "issued": f"{month:%Y-%m}" if month else None,
    }


def _drill(listing: dict[str, Any]) -> dict[str, Drill]:
    behind = {
        "issued": ISSUED,
        "redeemed": REDEEMED,
        "share": REDEEMED,
        "lapsed": ("lapsed",),
        "other": OTHER,
        "remaining": (),
    }
    return {name: Drill("report", "movements", {**listing, "line": list(lines)}) for name, lines in behind.items()}


def _ages(month: datetime.date, cohort: Cohort, parameters: BreakageFilter) -> Row:
    values: dict[str, Any] = {"month": f"{month:%Y-%m}"}
    drill: dict[str, Drill] = {}
    for age in AGES:
        reached = months_between(month, parameters.day) >= age
        end = min(last_day_after(month, age), parameters.day)
        drill[f"age_{age}"] = _drill({**_listing(month, parameters), "end": end})["share"]
        issued, redeemed = _sum(cohort, ISSUED, age), -_sum(cohort, REDEEMED, age)
        values[f"age_{age}"] = _share(redeemed, issued) if reached else None
    return Row(values, drill)


def _curves(ages: list[Row]) -> Chart:
    def percent(share: Decimal | None) -> Decimal | None:
        return None if share is None else (share * 100).quantize(Decimal("0.1"))

    return Chart(
        _("Percent redeemed by age in months"),
        [str(age) for age in AGES],
        [(row.values["month"], [percent(row.values[f"age_{age}"]) for age in AGES]) for row in ages[-CURVES:]],
    )

"""Breakage: what became of the value that was issued in each month."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_ledger.money import ZERO
from accounts_ledger.reports.chart_ids import ChartIds
from accounts_ledger.reports.filters import EARLIEST, AsOfFilter, PeriodFilter, account_type_filter
from accounts_ledger.reports.movements import SIDES, on_side
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
    Column("share", _("Redeemed"), "share"),
    Column("lapsed", _("Lapsed"), "money"),
    Column("other", _("Withdrawn, adjusted"), "money"),
    Column("remaining", _("Remaining"), "money"),
]
ISSUED = ("sold", "issued_free", "top_ups")
REDEEMED = ("redeemed", "refunds")

#: Signed totals of one month of issue: by line, and by how many months after the issue.
Cohort = dict[tuple[str, int], Decimal]


class BreakageFilter(AsOfFilter):
    account_type = account_type_filter()


class Breakage(Report):
    slug = "breakage"
    title = _("Breakage by issue month")
    description = _("What was issued in each month, how much of it was redeemed at which age, lapsed, and remains.")
    filter_class = BreakageFilter

    def run(self, parameters: BreakageFilter) -> Result:
        chart = ChartIds.read()
        cohorts = _cohorts(parameters, chart)
        months = sorted(cohorts)
        rows = [_values(month, cohorts[month], parameters) for month in months]
        total = total_row(rows, VALUES, _("Total"))
        total.values["share"] = _share(total.values["redeemed"], total.values["issued"])
        ages = [_ages(month, cohorts[month], parameters.day) for month in months]
        columns = [
            Column("month", _("Issued in")),
            *(Column(f"age_{age}", _("After %d months") % age, "share") for age in AGES),
        ]
        return Result(
            tables=[Table(_("Value"), VALUES, rows, total), Table(_("Share redeemed by age"), columns, ages)],
            charts=[_curves(ages)],
        )


def _cohorts(parameters: BreakageFilter, chart: ChartIds) -> dict[datetime.date, Cohort]:
    until = PeriodFilter({"currency": parameters.chosen_currency, "start": EARLIEST, "end": parameters.day})
    until.form.full_clean()
    wanted = chart.subtree_ids(parameters.values["account_type"]) or chart.programme_ids
    cohorts: dict[datetime.date, Cohort] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for side, sign in SIDES:
        grouped = (
            on_side(side, until, chart)
            .filter(type_then__in=wanted)
            .annotate(issued=TruncMonth(f"{side}__date_created"), moved=TruncMonth("date_created"))
            .order_by()
            .values("issued", "moved", "line")
            .annotate(total=Sum("amount"))
        )
        for group in grouped:
            issued = timezone.localdate(group["issued"])
            age = max(_months(issued, timezone.localdate(group["moved"])), 0)
            cohorts[issued][group["line"], age] += sign * group["total"].quantize(ZERO)
    return cohorts


def _months(earlier: datetime.date, later: datetime.date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


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
    listing = {
        "currency": parameters.chosen_currency,
        "account_type": parameters.values["account_type"],
        "start": EARLIEST,
        "end": parameters.day,
        "issued": values["month"],
    }
    behind = {"issued": ISSUED, "redeemed": REDEEMED, "lapsed": ("lapsed",), "remaining": ()}
    drill = {name: Drill("report", "movements", {**listing, "line": list(lines)}) for name, lines in behind.items()}
    return Row(values, drill)


def _ages(month: datetime.date, cohort: Cohort, as_of: datetime.date) -> Row:
    values: dict[str, Any] = {"month": f"{month:%Y-%m}"}
    for age in AGES:
        reached = _months(month, as_of) >= age
        issued, redeemed = _sum(cohort, ISSUED, age), -_sum(cohort, REDEEMED, age)
        values[f"age_{age}"] = _share(redeemed, issued) if reached else None
    return Row(values)


def _curves(ages: list[Row]) -> Chart:
    def percent(share: Decimal | None) -> Decimal | None:
        return None if share is None else (share * 100).quantize(Decimal("0.1"))

    return Chart(
        _("Percent redeemed by age in months"),
        [str(age) for age in AGES],
        [(row.values["month"], [percent(row.values[f"age_{age}"]) for age in AGES]) for row in ages[-CURVES:]],
    )

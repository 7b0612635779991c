"""Expiry forecast: what will lapse, month by month, if nobody spends it before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import CharField
from django.db.models.functions import Cast, Left, TruncMonth
from django.utils.translation import gettext_lazy as _

from accounts_ledger.reports.chart_index import ChartIndex
from accounts_ledger.reports.filters import AsOfFilter, account_type_filter
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Chart, Column, Drill, Result, Row, Table, total_row
from accounts_ledger.reports.totals import totals_by

COLUMNS = [
    Column("month", _("Expires in")),
    Column("value", _("Value"), "money"),
    Column("accounts", _("Accounts"), "number"),
]


class ExpiryForecastFilter(AsOfFilter):
    account_type = account_type_filter()


def _month(moment: str) -> Left:
    """Return the expression for the month of a moment, as 2026-01, None for none."""
    return Left(Cast(TruncMonth(moment), CharField()), 7)


def _row(month: str | None, value: Decimal, number: int, parameters: AsOfFilter) -> Row:
    narrowed = {"expires": month} if month else {"expiry": "open_ended"}
    return Row({"month": month or _("Never"), "value": value, "accounts": number}, _drill(parameters, narrowed))


def _total(rows: list[Row], parameters: AsOfFilter) -> Row:
    total = total_row(rows, COLUMNS, _("Total"))
    total.drill = _drill(parameters, {})
    return total


def _drill(parameters: AsOfFilter, narrowed: dict[str, Any]) -> dict[str, Drill]:
    cards = Drill("report", "card-listing", {**parameters.values, **narrowed})
    return {"value": cards, "accounts": cards}


class ExpiryForecast(Report):
    slug = "expiry-forecast"
    title = _("Expiry forecast")
    description = _("Value and number of accounts due to expire in each coming month, as at the end of a day.")
    filter_class = ExpiryForecastFilter

    def run(self, parameters: ExpiryForecastFilter) -> Result:
        chart = ChartIndex.read()
        wanted = chart.subtree_ids(parameters.values["account_type"]) or chart.programme_ids
        positions = parameters.then.positions(parameters.chosen_currency).filter(type_then__in=wanted)
        by_month = sorted(
            totals_by(positions.annotate(month=_month("end_then")), "month"), key=lambda total: total[0][0] or "never"
        )
        rows = [_row(month, value, number, parameters) for (month,), value, number in by_month]
        picture = Chart(
            _("Value by month of expiry"),
            [str(row.values["month"]) for row in rows],
            [(_("Value"), [row.values["value"] for row in rows])],
            kind="bar",
        )
        return Result(tables=[Table(_("By month"), COLUMNS, rows, _total(rows, parameters))], charts=[picture])

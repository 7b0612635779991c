"""Expiry forecast: what will lapse, month by month, if nobody spends it before."""

from __future__ import annotations

import datetime

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from accounts_ledger.money import ZERO
from accounts_ledger.reports.chart_ids import ChartIds
from accounts_ledger.reports.filters import AsOfFilter, account_type_filter
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Chart, Column, Drill, Result, Row, Table, total_row

COLUMNS = [
    Column("month", _("Expires in")),
    Column("value", _("Value"), "money"),
    Column("accounts", _("Accounts"), "number"),
]


class ExpiryForecastFilter(AsOfFilter):
    account_type = account_type_filter()


def _cards(month: datetime.datetime | None, parameters: AsOfFilter) -> Drill:
    narrowed = {"expires": f"{month:%Y-%m}"} if month else {"expiry": "open_ended"}
    return Drill("report", "card-listing", {**parameters.values, **narrowed})


def _total(rows: list[Row], parameters: AsOfFilter) -> Row:
    total = total_row(rows, COLUMNS, _("Total"))
    total.drill["value"] = Drill("report", "card-listing", dict(parameters.values))
    return total


class ExpiryForecast(Report):
    slug = "expiry-forecast"
    title = _("Expiry forecast")
    description = _("Value and number of accounts that expire in each month to come, as things stood on a day.")
    filter_class = ExpiryForecastFilter

    def run(self, parameters: ExpiryForecastFilter) -> Result:
        chart = ChartIds.read()
        wanted = chart.subtree_ids(parameters.values["account_type"]) or chart.programme_ids
        owed = parameters.then.positions(parameters.chosen_currency).filter(~Q(balance_then=0), type_then__in=wanted)
        by_month = (
            owed.annotate(month=TruncMonth("end_then"))
            .order_by()
            .values("month")
            .annotate(value=Sum(F("balance_then")), accounts=Count("pk"))
        )
        groups = sorted(by_month, key=lambda group: (group["month"] is None, str(group["month"])))
        rows = [
            Row(
                {
                    "month": f"{group['month']:%Y-%m}" if group["month"] else _("Never"),
                    "value": group["value"].quantize(ZERO),
                    "accounts": group["accounts"],
                },
                {"value": _cards(group["month"], parameters)},
            )
            for group in groups
        ]
        picture = Chart(
            _("Value by month of expiry"),
            [str(row.values["month"]) for row in rows],
            [(_("Value"), [row.values["value"] for row in rows])],
            kind="bar",
        )
        return Result(tables=[Table(_("By month"), COLUMNS, rows, _total(rows, parameters))], charts=[picture])

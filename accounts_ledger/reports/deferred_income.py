"""Deferred income: what the business owes to the holders of accounts, by how soon it expires."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts_ledger import dates
from accounts_ledger.models import AccountType
from accounts_ledger.money import ZERO
from accounts_ledger.reports import liability
from accounts_ledger.reports.buckets import BUCKETS, bucket_of
from accounts_ledger.reports.chart_index import ChartIndex
from accounts_ledger.reports.filters import AsOfFilter
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Chart, Column, Drill, Result, Row, Table, total_row
from accounts_ledger.reports.totals import totals_by
from accounts_ledger.written_dates import short

#: Value and number of accounts by bucket.
Figures = dict[str, tuple[Decimal, int]]


class DeferredIncome(Report):
    slug = "deferred-income"
    title = _("Deferred income")
    description = _("Gift card liability at the end of a day, by time to expiry.")
    filter_class = AsOfFilter

    def run(self, parameters: AsOfFilter) -> Result:
        chart = ChartIndex.read()
        figures = _figures(parameters, chart)
        columns = _columns()
        rows = [_row(node, figures.get(node.pk, {}), parameters) for node in chart.liability_types]
        total = total_row(rows, columns, _("Total"))
        total.drill = _drill(dict(parameters.values))
        table = Table(_("By account type"), columns, rows, total)
        return Result(tables=[table], charts=[_trend(parameters, chart)])


def _figures(parameters: AsOfFilter, chart: ChartIndex) -> dict[int, Figures]:
    owed = parameters.then.positions(parameters.chosen_currency).filter(type_then__in=chart.programme_ids)
    in_buckets = owed.annotate(bucket=bucket_of(parameters.then.moment))
    figures: dict[int, Figures] = {}
    for (account_type, bucket), value, number in totals_by(in_buckets, "type_then", "bucket"):
        figures.setdefault(account_type, {})[bucket] = (value, number)
    return figures


def _columns() -> list[Column]:
    columns = [
        Column("account_type", _("Account type")),
        Column("balance", _("Total balance"), "money"),
        Column("accounts", _("Accounts"), "number"),
    ]
    for name, title, _days in BUCKETS:
        columns += [Column(name, title, "money"), Column(f"{name}_accounts", _("No."), "number")]
    return columns


def _row(node: AccountType, figures: Figures, parameters: AsOfFilter) -> Row:
    values: dict[str, Any] = {
        "account_type": node.name,
        "balance": sum((value for value, _number in figures.values()), ZERO),
        "accounts": sum(number for _value, number in figures.values()),
    }
    for name, _title, _days in BUCKETS:
        values[name], values[f"{name}_accounts"] = figures.get(name, (ZERO, 0))
    return Row(values, _drill({**parameters.values, "account_type": node.pk, "alone": True}))


def _drill(listing: dict[str, Any]) -> dict[str, Drill]:
    cards = Drill("report", "card-listing", listing)
    drill = {"balance": cards, "accounts": cards}
    for name, _title, _days in BUCKETS:
        drill[name] = drill[f"{name}_accounts"] = Drill("report", "card-listing", {**listing, "expiry": name})
    return drill


def _trend(parameters: AsOfFilter, chart: ChartIndex) -> Chart:
    days = [*liability.month_ends_before(parameters.day, 12), parameters.day]
    totals = liability.totals([dates.end_of(day) for day in days], parameters.chosen_currency, chart)
    return Chart(
        _("Deferred income at the last twelve month-ends"),
        [short(day) for day in days],
        [(_("Deferred income"), totals)],
    )

"""Profit and loss: value into and out of customers' accounts in a period, beside the period before."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts_ledger import dates
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO
from accounts_ledger.reports.chart_index import ChartIndex
from accounts_ledger.reports.filters import PeriodFilter, account_type_filter
from accounts_ledger.reports.movements import by_type_and_line, movements
from accounts_ledger.reports.period import Period
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.roll_forward_rules import LINES
from accounts_ledger.reports.table import Column, Drill, Result, Row, Table, total_row

#: Each figure with the lines of the roll-forward that it sums up, and the sign with which it is shown.
FIGURES: list[tuple[str, Any, tuple[str, ...], int]] = [
    ("paid", _("In: paid"), ("sold", "top_ups"), 1),
    ("unpaid", _("In: promotional"), ("issued_free",), 1),
    ("refunds", _("In: refunds"), ("refunds",), 1),
    ("redemptions", _("Out: redemptions"), ("redeemed",), -1),
    ("expired", _("Out: expired"), ("lapsed",), -1),
    ("other", _("Out: withdrawn, adjusted"), ("withdrawn", "adjustments"), -1),
]


class ProfitLossFilter(PeriodFilter):
    account_type = account_type_filter()


class ProfitLoss(Report):
    slug = "profit-loss"
    title = _("Profit and loss")
    description = _("Value into and out of customer accounts in a period, and in the previous period.")
    filter_class = ProfitLossFilter

    def run(self, parameters: ProfitLossFilter) -> Result:
        chart = ChartIndex.read()
        tables = [_by_type(parameters, chart)]
        if parameters.values["account_type"]:
            tables.append(_by_account(parameters, chart))
        return Result(tables=tables)


def _days_before(parameters: PeriodFilter) -> tuple[datetime.date, datetime.date]:
    """Return the first and last day of the period of equal length that ends the day before this one starts."""
    start, end = parameters.values["start"], parameters.values["end"]
    return start - (end - start) - datetime.timedelta(days=1), start - datetime.timedelta(days=1)


def _by_type(parameters: ProfitLossFilter, chart: ChartIndex) -> Table:
    wanted = chart.subtree_ids(parameters.values["account_type"]) or chart.programme_ids
    start, end = _days_before(parameters)
    before = Period(dates.start_of(start), dates.end_of(end), parameters.chosen_currency)
    now, then = by_type_and_line(parameters.period, chart), by_type_and_line(before, chart)
    columns = [
        Column("account_type", _("Account type")),
        *_figure_columns(),
        Column("before", _("Net change, previous period"), "money"),
    ]
    rows = []
    for node in chart.liability_types:
        if node.pk in wanted:
            values = {"account_type": node.name, **_figures(now.get(node.pk, {}))}
            values["before"] = _figures(then.get(node.pk, {}))["difference"]
            listing = {**parameters.values, "account_type": node.pk}
            own = {**listing, "alone": True}
            accounts = {"account_type": Drill("report", "profit-loss", listing)}
            rows.append(Row(values, accounts | _drill(own) | _drill_before(own, start, end)))
    total = total_row(rows, columns, _("Total"))
    total.drill = _drill(dict(parameters.values)) | _drill_before(dict(parameters.values), start, end)
    note = _("Previous period: %(start)s to %(end)s.") % {
        "start": date_format(start),
        "end": date_format(end),
    }
    return Table(_("By account type"), columns, rows, total, note)


def _by_account(parameters: ProfitLossFilter, chart: ChartIndex) -> Table:
    wanted = chart.subtree_ids(parameters.values["account_type"])
    lines: dict[int, dict[str, Decimal]] = {}
    by_account = {"account": lambda side: Coalesce(F(f"{side}__stands_for_id"), F(f"{side}_id"))}
    for movement in movements(parameters.period, chart, wanted, by_account=by_account):
        account = lines.setdefault(movement.keys["account"], {})
        account[movement.line] = account.get(movement.line, ZERO) + movement.amount
    columns = [Column("account", _("Account")), *_figure_columns()]
    rows = _account_rows(lines, parameters)
    total = total_row(rows, columns, _("Total"))
    total.drill = _drill(dict(parameters.values))
    return Table(_("By account"), columns, rows, total)


def _account_rows(lines: dict[int, dict[str, Decimal]], parameters: ProfitLossFilter) -> list[Row]:
    accounts = Account.objects.only("name", "code_tail", "stands_for").in_bulk(list(lines))
    return [
        Row(
            {"account": str(accounts[pk]), **_figures(lines[pk])},
            {"account": Drill("account", pk), **_drill({**parameters.values, "account": pk})},
        )
        for pk in sorted(lines)
    ]


def _figure_columns() -> list[Column]:
    figures = [Column(name, title, "money") for name, title, _lines, _sign in FIGURES]
    return [*figures, Column("difference", _("Net change"), "money")]


def _figures(lines: dict[str, Decimal]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        name: sign * sum((lines.get(line, ZERO) for line in of_lines), ZERO) + ZERO  # + ZERO: never "-0.00"
        for name, _title, of_lines, sign in FIGURES
    }
    figures["difference"] = sum((lines.get(line, ZERO) for line, _title in LINES), ZERO)
    return figures


def _drill(listing: dict[str, Any]) -> dict[str, Drill]:
    drill = {
        name: Drill("report", "movements", {**listing, "line": list(lines)}) for name, _title, lines, _sign in FIGURES
    }
    return {**drill, "difference": Drill("report", "movements", listing)}


def _drill_before(listing: dict[str, Any], start: datetime.date, end: datetime.date) -> dict[str, Drill]:
    return {"before": Drill("report", "movements", {**listing, "start": start, "end": end})}

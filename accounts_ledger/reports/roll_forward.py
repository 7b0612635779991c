"""Liability roll-forward: from what was owed at the start of a period to what is owed at its end, with the proof."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts_ledger.models import AccountType, Transaction
from accounts_ledger.money import ZERO
from accounts_ledger.reports.chart_index import ChartIndex
from accounts_ledger.reports.filters import PeriodFilter
from accounts_ledger.reports.movements import by_type_and_line
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.roll_forward_rules import LINES
from accounts_ledger.reports.table import Column, Drill, Proof, Result, Row, Table, total_row
from accounts_ledger.reports.totals import totals_by


class RollForward(Report):
    slug = "roll-forward"
    title = _("Liability roll-forward")
    description = _("Opening to closing gift card liability, reconciled.")
    filter_class = PeriodFilter

    def run(self, parameters: PeriodFilter) -> Result:
        chart = ChartIndex.read()
        opening, by_transactions = _sums(parameters, chart)
        moved = by_type_and_line(parameters.period, chart)
        rows = [
            _row(node, opening.get(node.pk, ZERO), moved.get(node.pk, {}), parameters) for node in chart.liability_types
        ]
        columns = [
            Column("account_type", _("Account type")),
            Column("opening", _("Opening"), "money"),
            *(Column(name, title, "money") for name, title in LINES),
            Column("closing", _("Closing"), "money"),
        ]
        total = total_row(rows, columns, _("Total"))
        total.drill = _drill(dict(parameters.values), parameters)
        proof = Proof(
            _("Closing = balances at the end of the period = sum of all transactions to date"),
            [
                (_("Opening and movements"), total.values["closing"]),
                (_("Balances"), _balances(parameters, chart)),
                (_("Transactions"), by_transactions),
            ],
        )
        table = Table(
            _("By account type"), columns, rows, total, note=_("Reversals are included in the line they undo.")
        )
        return Result(tables=[table], proofs=[proof])


def _sums(parameters: PeriodFilter, chart: ChartIndex) -> tuple[dict[int, Decimal], Decimal]:
    """Return the opening by account type, and the sum of all transactions to the end of the period."""
    grouped = (
        Transaction.objects.filter(date_created__lt=parameters.until, account__currency=parameters.chosen_currency)
        .annotate(type_then=parameters.at_end.type_of("account__"))
        .filter(type_then__in=chart.programme_ids)
        .order_by()
        .values("type_then")
        .annotate(opening=Sum("amount", filter=Q(date_created__lt=parameters.since)), closing=Sum("amount"))
    )
    groups = list(grouped)
    opening = {group["type_then"]: (group["opening"] or ZERO).quantize(ZERO) for group in groups}
    return opening, sum((group["closing"].quantize(ZERO) for group in groups), ZERO)


def _balances(parameters: PeriodFilter, chart: ChartIndex) -> Decimal:
    at_the_end = parameters.at_end.positions(parameters.chosen_currency).filter(type_then__in=chart.programme_ids)
    return sum((value for _type, value, _number in totals_by(at_the_end, "type_then")), ZERO)


def _row(node: AccountType, opening: Decimal, lines: dict[str, Decimal], parameters: PeriodFilter) -> Row:
    values: dict[str, Any] = {"account_type": node.name, "opening": opening}
    values |= {name: lines.get(name, ZERO) for name, _title in LINES}
    values["closing"] = opening + sum(lines.values(), ZERO)
    listing = {**parameters.values, "account_type": node.pk, "alone": True}
    return Row(values, _drill(listing, parameters))


def _drill(listing: dict[str, Any], parameters: PeriodFilter) -> dict[str, Drill]:
    drill = {name: Drill("report", "movements", {**listing, "line": [name]}) for name, _title in LINES}
    return drill | parameters.positions_behind(listing)

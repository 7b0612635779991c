"""The transfers behind a figure: what every other report drills down to."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts_ledger import dates
from accounts_ledger.models import Transfer
from accounts_ledger.money import ZERO
from accounts_ledger.reports.as_of import AsOf
from accounts_ledger.reports.chart_index import ChartIndex
from accounts_ledger.reports.filters import (
    DayFilter,
    MonthFilter,
    PeriodFilter,
    account_type_filter,
    alone_filter,
    days_of,
)
from accounts_ledger.reports.movements import effective_kind, transfers
from accounts_ledger.reports.query_rows import QueryRows
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.roll_forward_rules import LINES, line_of
from accounts_ledger.reports.table import Column, Drill, Result, Row, Table

COLUMNS = [
    Column("date", _("Date"), "moment"),
    Column("reference", _("Reference")),
    Column("kind", _("Kind")),
    Column("source", _("From")),
    Column("destination", _("To")),
    Column("amount", _("Amount"), "money"),
    Column("merchant_reference", _("Merchant reference")),
    Column("description", _("Description")),
    Column("user", _("By")),
]


class MovementFilter(PeriodFilter):
    accounts = django_filters.ChoiceFilter(
        choices=[("customers", _("Customers’")), ("all", _("All")), ("untyped", _("Without an account type"))],
        empty_label=None,
        method="unchanged",
        label=_("Accounts"),
    )
    account_type = account_type_filter()
    alone = alone_filter()
    account = django_filters.NumberFilter(
        method="unchanged", label=_("Account number"), min_value=1, max_value=2**63 - 1, decimal_places=0
    )
    side = django_filters.ChoiceFilter(
        choices=[("source", _("Debits")), ("destination", _("Credits"))], method="unchanged", label=_("Side")
    )
    # An opening balance groups accounts by the types that they have at the end of the report's period, not before it.
    types_at = DayFilter(_("Account types as at"), required=False)
    issued = MonthFilter(_("Of accounts issued in"))
    line = django_filters.MultipleChoiceFilter(choices=LINES, method="unchanged", label=_("Line"))

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        return {**super().defaults(), "accounts": "customers"}


class Movements(Report):
    slug = "movements"
    title = _("Movements")
    description = _("The transfers behind a period's figures.")
    filter_class = MovementFilter

    def run(self, parameters: MovementFilter) -> Result:
        chart, values = ChartIndex.read(), parameters.values
        types_at = AsOf(dates.end_of(values["types_at"])) if values["types_at"] else None
        found = transfers(parameters.period, types_at).annotate(effective_kind=effective_kind())
        wanted = Q(pk__in=[])
        for side in [values["side"]] if values["side"] else ["destination", "source"]:
            found = found.annotate(**{f"{side}_line": line_of(side, chart)})
            wanted |= _of_accounts(side, values, chart)
        return Result(tables=[Table(_("Transfers"), COLUMNS, transfer_rows(found.filter(wanted)))])


def _of_accounts(side: str, values: dict[str, Any], chart: ChartIndex) -> Q:
    """Return the condition that the account on *side* is one that was asked for, and moved as was asked for."""
    condition = ~Q(pk__in=[])
    types = chart.subtree_ids(values["account_type"], alone=bool(values["alone"]))
    if types is None and values["accounts"] == "untyped":
        condition &= Q(**{f"{side}_type": None})
    elif types is not None or (values["accounts"] == "customers" and not values["account"]):
        condition &= Q(**{f"{side}_type__in": types or chart.programme_ids})
    if values["account"]:
        # With what was loaded through the accounts that stand for it: see `Account.stands_for`.
        number = int(values["account"])
        condition &= Q(**{f"{side}_id": number}) | Q(**{f"{side}__stands_for": number})
    if values["issued"]:
        since, until = days_of(values["issued"])
        condition &= Q(**{f"{side}__date_created__gte": since, f"{side}__date_created__lt": until})
    if values["line"]:
        condition &= Q(**{f"{side}_line__in": values["line"]})
    return condition


def transfer_rows(transfers: QuerySet[Transfer]) -> QueryRows:
    """Return a row a transfer, the newest first."""
    return QueryRows(
        transfers.select_related("source__stands_for", "destination__stands_for").order_by("-date_created", "-pk"), _row
    )


def _row(transfer: Transfer) -> Row:
    values: dict[str, Any] = {
        "date": transfer.date_created,
        "reference": transfer.reference,
        "kind": transfer.get_kind_display(),
        "source": str(transfer.shown_source),
        "destination": str(transfer.shown_destination),
        "amount": transfer.amount.quantize(ZERO),
        "merchant_reference": transfer.merchant_reference or "",
        "description": transfer.description or "",
        "user": transfer.username,
    }
    drill = {
        "reference": Drill("transfer", transfer.pk),
        "amount": Drill("transfer", transfer.pk),
    }
    sides = {"source": transfer.shown_source, "destination": transfer.shown_destination}
    drill |= {side: Drill("account", account.pk) for side, account in sides.items() if not account.is_internal}
    return Row(values, drill)

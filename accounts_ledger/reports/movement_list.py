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
from accounts_ledger.reports.chart_ids import ChartIds
from accounts_ledger.reports.filters import DayFilter, MonthFilter, PeriodFilter, account_type_filter, days_of
from accounts_ledger.reports.lines import LINES, line_of
from accounts_ledger.reports.movements import effective_kind, transfers
from accounts_ledger.reports.query_rows import QueryRows
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Column, Drill, Result, Row, Table

COLUMNS = [
    Column("date", _("Date"), "moment"),
    Column("reference", _("Reference")),
    Column("kind", _("Kind")),
    Column("source", _("From")),
    Column("destination", _("To")),
    Column("amount", _("Amount"), "money"),
    Column("merchant_reference", _("Order")),
    Column("description", _("Description")),
    Column("user", _("By")),
]


class MovementFilter(PeriodFilter):
    account_type = account_type_filter()
    side = django_filters.ChoiceFilter(
        choices=[("source", _("Debits")), ("destination", _("Credits"))], method="unchanged", label=_("Side")
    )
    # An opening balance groups accounts by the types that they have at the end of the report's period, not before it.
    types_at = DayFilter(_("Account types as of"), required=False)
    issued = MonthFilter(_("Of accounts issued in"))
    line = django_filters.MultipleChoiceFilter(choices=LINES, method="unchanged", label=_("Line"))


class Movements(Report):
    slug = "movements"
    title = _("Movements")
    description = _("The transfers behind the figures, of customers' accounts in a period.")
    filter_class = MovementFilter

    def run(self, parameters: MovementFilter) -> Result:
        chart = ChartIds.read()
        wanted = chart.subtree_ids(parameters.values["account_type"]) or chart.programme_ids
        types_at = parameters.values["types_at"]
        then = AsOf(dates.end_of(types_at)) if types_at else None
        found = transfers(parameters.period, then).annotate(effective_kind=effective_kind())
        side = Q(pk__in=[])
        for name in [parameters.values["side"]] if parameters.values["side"] else ["destination", "source"]:
            found = found.annotate(**{f"{name}_line": line_of(name, chart)})
            condition = Q(**{f"{name}_type__in": wanted})
            if parameters.values["issued"]:
                since, until = days_of(parameters.values["issued"])
                condition &= Q(**{f"{name}__date_created__gte": since, f"{name}__date_created__lt": until})
            if parameters.values["line"]:
                condition &= Q(**{f"{name}_line__in": parameters.values["line"]})
            side |= condition
        rows = transfer_rows(found.filter(side))
        return Result(tables=[Table(_("Transfers"), COLUMNS, rows)])


def transfer_rows(transfers: QuerySet[Transfer]) -> QueryRows:
    """Return a row a transfer, the newest first."""
    return QueryRows(transfers.select_related("source", "destination").order_by("-date_created", "-pk"), _row)


def _row(transfer: Transfer) -> Row:
    values: dict[str, Any] = {
        "date": transfer.date_created,
        "reference": transfer.reference,
        "kind": transfer.get_kind_display(),
        "source": str(transfer.source),
        "destination": str(transfer.destination),
        "amount": transfer.amount.quantize(ZERO),
        "merchant_reference": transfer.merchant_reference or "",
        "description": transfer.description or "",
        "user": transfer.username,
    }
    drill = {
        "reference": Drill("transfer", transfer.pk),
        "source": Drill("account", transfer.source_id),
        "destination": Drill("account", transfer.destination_id),
    }
    return Row(values, drill)

"""Every figure leads to the transfers or accounts behind it, and they add up to it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts_ledger import dates
from accounts_ledger.models import AccountType
from accounts_ledger.reports.catalogue import REPORTS, report_named
from accounts_ledger.reports.table import Column

from .recomputation import ZERO, Journal
from .test_figures import AS_OF, PERIOD, run

# One random history is enough: the figures themselves are recomputed over several.
pytestmark = pytest.mark.parametrize("half_year", [1], indirect=True)

SUMMARIES = ["deferred-income", "profit-loss", "roll-forward", "trial-balance", "breakage", "expiry-forecast"]


def parameters_of(report_class, **more):
    defined = report_class.filter_class.base_filters
    return {**(PERIOD if "start" in defined else AS_OF), **more}


def figures(table, rows=None):
    """Row, column and value of every figure that is shown, links or not."""
    shown = [*(table.rows if rows is None else list(table.rows)[:rows]), table.opening, table.total]
    for row in filter(None, shown):
        for column in table.columns:
            if column.is_figure and row.values.get(column.name) is not None:
                yield row, column, row.values[column.name]


@pytest.mark.parametrize("report_class", REPORTS, ids=lambda report: report.slug)
def test_every_figure_leads_somewhere(business, report_class):
    more = {"whose": "Bank"} if report_class.slug == "statement" else {}
    if report_class.slug in ("trial-balance", "profit-loss"):
        more = {"account_type": AccountType.objects.get(code="DEFERRED-INCOME-1").pk}

    for table in run(report_class, **parameters_of(report_class, **more)).tables:
        unlinked = {column.name for row, column, _value in figures(table) if column.name not in row.drill}
        assert not unlinked, table.title


@pytest.mark.parametrize("slug", SUMMARIES)
def test_what_a_figure_leads_to_adds_up_to_the_figure(business, slug):
    report_class, behind = report_named(slug), Behind()
    table = run(report_class, **parameters_of(report_class)).tables[0]

    for row, column, value in figures(table):
        if column.kind != "share":
            assert abs(value) == abs(behind.total(row.drill[column.name], column)), (row.values, column.name)


@pytest.mark.parametrize("slug", ["profit-loss", "trial-balance"])
def test_what_an_accounts_figure_leads_to_adds_up_to_the_figure(business, slug):
    report_class, behind = report_named(slug), Behind()
    gift_cards = AccountType.objects.get(code="DEFERRED-INCOME-1")
    table = run(report_class, **parameters_of(report_class, account_type=gift_cards.pk)).tables[1]

    for row, column, value in figures(table, rows=3):
        assert abs(value) == abs(behind.total(row.drill[column.name], column)), (row.values, column.name)


def test_a_figure_of_a_type_leads_to_its_own_accounts_and_not_to_those_of_the_types_below(business):
    upper, lower = AccountType.objects.filter(code__in=("DEFERRED-INCOME-1", "DEFERRED-INCOME-2")).order_by("code")
    lower.move(upper, "last-child")
    report_class, behind = report_named("roll-forward"), Behind()

    for row, column, value in figures(run(report_class, **PERIOD).tables[0], rows=2):
        assert abs(value) == abs(behind.total(row.drill[column.name], column)), (row.values, column.name)


class Behind:
    """What figures lead to, added up in plain Python."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.seen: dict[str, list] = {}

    def total(self, drill, column: Column) -> Decimal | int:
        rows = self._rows(drill)
        if column.kind == "number":
            return len(rows)
        if drill.target == "card-listing":
            return sum((row.values["balance"] for row in rows), ZERO)
        return sum((self._signed(row, drill) for row in rows), ZERO)

    def _rows(self, drill):
        key = f"{drill.target} {drill.parameters}"
        if key not in self.seen:
            self.seen[key] = list(run(report_named(drill.target), **drill.parameters).tables[0].rows)
        return self.seen[key]

    def _signed(self, row, drill) -> Decimal:
        total = ZERO
        for side, sign in (("destination", 1), ("source", -1)):
            if drill.parameters.get("side") in (None, side) and self._counts(row.drill[side].target, drill.parameters):
                total += sign * row.values["amount"]
        return total

    def _counts(self, pk: int, parameters) -> bool:
        if parameters.get("account"):
            return pk == parameters["account"]
        month = parameters.get("issued")
        if month and f"{timezone.localtime(self.journal.accounts[pk].date_created):%Y-%m}" != month:
            return False
        type_id = self.journal.then(
            pk, "account_type_id", dates.end_of(parameters.get("types_at") or parameters["end"])
        )
        return parameters.get("accounts") == "all" or type_id in self._types(parameters)

    def _types(self, parameters) -> set[int]:
        chosen = parameters.get("account_type")
        if not chosen:
            return set(self.journal.programmes)
        node = AccountType.objects.get(pk=getattr(chosen, "pk", chosen))
        return {node.pk} if parameters.get("alone") else set(AccountType.get_tree(node).values_list("pk", flat=True))

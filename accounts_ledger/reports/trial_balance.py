"""Trial balance: opening, debits, credits and closing of every account type, or of the accounts of one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from accounts_ledger.models import Account, AccountType, Transaction
from accounts_ledger.money import ZERO
from accounts_ledger.reports.chart_index import ChartIndex
from accounts_ledger.reports.filters import PeriodFilter, account_type_filter
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Column, Drill, Proof, Result, Row, Table, total_row

Sums = dict[str, Decimal]

_FIGURES = [
    Column("opening", _("Opening"), "money"),
    Column("debits", _("Debits"), "money"),
    Column("credits", _("Credits"), "money"),
    Column("closing", _("Closing"), "money"),
]


class TrialBalanceFilter(PeriodFilter):
    account_type = account_type_filter()


class TrialBalance(Report):
    slug = "trial-balance"
    title = _("Trial balance")
    description = _("Opening, debits, credits and closing by account type, and by account for one of them.")
    filter_class = TrialBalanceFilter

    def run(self, parameters: TrialBalanceFilter) -> Result:
        chart = ChartIndex.read()
        by_type = _sums(_transactions(parameters), parameters, "type_then")
        columns = [Column("account_type", _("Account type")), *_FIGURES]
        rows = [_type_row(node, by_type[node.pk], parameters) for node in chart.types if node.pk in by_type]
        if None in by_type:
            values = {"account_type": _("No account type"), **by_type[None]}
            rows.append(Row(values, _drill({**parameters.values, "accounts": "untyped"}, parameters)))
        total = total_row(rows, columns, _("Total"))
        total.drill = _drill({**parameters.values, "account_type": None, "accounts": "all"}, parameters)
        result = Result(tables=[Table(_("By account type"), columns, rows, total)], proofs=_proofs(total))
        wanted = chart.subtree_ids(parameters.values["account_type"])
        if wanted:
            result.tables.append(_by_account(parameters, wanted))
        return result


def _proofs(total: Row) -> list[Proof]:
    return [
        Proof(
            _("Debits equal credits"),
            [(_("Debits"), total.values["debits"]), (_("Credits"), total.values["credits"])],
        ),
        Proof(_("All balances sum to zero"), [(_("Closing"), total.values["closing"]), (_("Zero"), ZERO)]),
    ]


def _transactions(parameters: PeriodFilter) -> QuerySet[Any]:
    until = Transaction.objects.filter(date_created__lt=parameters.until, account__currency=parameters.chosen_currency)
    return until.annotate(type_then=parameters.at_end.type_of("account__"))


def _sums(transactions: QuerySet[Transaction], parameters: PeriodFilter, by: str) -> dict[int | None, Sums]:
    """Return the figures of the period, grouped by the field *by*."""
    inside = Q(date_created__gte=parameters.since)
    grouped = (
        transactions.order_by()
        .values(by)
        .annotate(
            opening=Sum("amount", filter=~inside),
            debits=Sum("amount", filter=inside & Q(amount__lt=0)),
            credits=Sum("amount", filter=inside & Q(amount__gt=0)),
        )
    )
    return {group[by]: _figures(group) for group in grouped}


def _figures(group: dict[str, Any]) -> Sums:
    opening, debits, credits_ = ((group[name] or ZERO).quantize(ZERO) for name in ("opening", "debits", "credits"))
    return {"opening": opening, "debits": -debits, "credits": credits_, "closing": opening + debits + credits_}


def _folded(sums: dict[Any, Sums]) -> dict[Any, Sums]:
    """Return *sums* with those of the ledger's own accounts counted with the accounts for which they stand."""
    own = Account.objects.filter(pk__in=[pk for pk in sums if pk]).exclude(stands_for=None)
    for pk, shown in own.values_list("pk", "stands_for"):
        figures, zero = sums.pop(pk), dict.fromkeys((column.name for column in _FIGURES), ZERO)
        sums[shown] = {name: sums.get(shown, zero)[name] + figure for name, figure in figures.items()}
    return sums


def _type_row(node: AccountType, figures: Sums, parameters: PeriodFilter) -> Row:
    listing = {**parameters.values, "account_type": node.pk}
    title = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}" * (node.depth - 1) + node.name
    accounts = {"account_type": Drill("report", "trial-balance", listing)}
    return Row({"account_type": title, **figures}, accounts | _drill({**listing, "alone": True}, parameters))


def _drill(listing: dict[str, Any], parameters: PeriodFilter) -> dict[str, Drill]:
    """Return what stands behind the four figures of accounts that *listing* chooses."""
    return {
        "debits": Drill("report", "movements", {**listing, "side": "source"}),
        "credits": Drill("report", "movements", {**listing, "side": "destination"}),
        **parameters.positions_behind(listing),
    }


def _by_account(parameters: TrialBalanceFilter, wanted: frozenset[int]) -> Table:
    sums = _folded(_sums(_transactions(parameters).filter(type_then__in=wanted), parameters, "account_id"))
    accounts = Account.objects.only("name", "code_tail", "stands_for").in_bulk([pk for pk in sums if pk])
    columns = [Column("account", _("Account")), *_FIGURES]
    rows = [
        Row(
            {"account": str(account), **sums[pk]},
            {"account": Drill("account", pk), **_drill({**parameters.values, "account": pk}, parameters)},
        )
        for pk, account in sorted(accounts.items())
    ]
    total = total_row(rows, columns, _("Total"))
    total.drill = _drill(dict(parameters.values), parameters)
    return Table(_("By account"), columns, rows, total)

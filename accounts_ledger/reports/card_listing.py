"""Card listing: every customer's account with its value as of a day."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_ledger import dates
from accounts_ledger.models import Transaction
from accounts_ledger.money import ZERO
from accounts_ledger.reports.buckets import BUCKETS, bucket_of
from accounts_ledger.reports.chart_index import ChartIndex
from accounts_ledger.reports.filters import (
    EARLIEST,
    AsOfFilter,
    MonthFilter,
    account_type_filter,
    alone_filter,
    days_of,
)
from accounts_ledger.reports.query_rows import QueryRows
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Column, Drill, Result, Row, Table

COLUMNS = [
    Column("account", _("Code or name")),
    Column("account_type", _("Account type")),
    Column("issued", _("Issued"), "date"),
    Column("expires", _("Valid until"), "date"),
    Column("initial", _("Initial value"), "money"),
    Column("balance", _("Balance"), "money"),
    Column("last_used", _("Last used"), "date"),
    Column("owner", _("Holder")),
]


class CardListingFilter(AsOfFilter):
    account_type = account_type_filter()
    alone = alone_filter()
    expiry = django_filters.ChoiceFilter(
        choices=[(name, title) for name, title, _days in BUCKETS], method="unchanged", label=_("Expiry")
    )
    expires = MonthFilter(_("Expires in"))
    empty = django_filters.BooleanFilter(method="unchanged", label=_("Include empty accounts"))


class CardListing(Report):
    slug = "card-listing"
    title = _("Card listing")
    description = _("Every customer account with its balance at the end of a day.")
    filter_class = CardListingFilter

    def run(self, parameters: CardListingFilter) -> Result:
        chart = ChartIndex.read()
        names = {node.pk: node.name for node in chart.types}
        until = {"currency": parameters.chosen_currency, "start": EARLIEST, "end": parameters.day}
        rows = QueryRows(_cards(parameters, chart), lambda card: _row(card, names, until))
        return Result(tables=[Table(_("Accounts"), COLUMNS, rows)])


def _cards(parameters: CardListingFilter, chart: ChartIndex) -> QuerySet[Any]:
    alone = bool(parameters.values["alone"])
    wanted = chart.subtree_ids(parameters.values["account_type"], alone) or chart.programme_ids
    cards = parameters.then.positions(parameters.chosen_currency).filter(type_then__in=wanted, stands_for=None)
    if parameters.values["empty"]:
        cards = cards.filter(balance_then__isnull=False)
    else:
        cards = cards.alias(owed=NullIf("balance_then", Value(ZERO))).filter(owed__isnull=False)
    if parameters.values["expiry"]:
        cards = cards.annotate(bucket=bucket_of(parameters.then.moment)).filter(bucket=parameters.values["expiry"])
    if parameters.values["expires"]:
        since, until = days_of(parameters.values["expires"])
        cards = cards.filter(end_then__gte=since, end_then__lt=until)
    first = Transaction.objects.filter(account=OuterRef("pk"), sequence=1)
    spent = parameters.then.last_transaction().filter(amount__lt=0)
    cards = cards.annotate(
        initial=Subquery(first.values("amount")[:1]), last_used=Subquery(spent.values("date_created")[:1])
    )
    owner = ("primary_user__email", f"primary_user__{get_user_model().USERNAME_FIELD}")
    return (
        cards.select_related("primary_user")
        .only("name", "code_tail", "stands_for", "date_created", *owner)
        .order_by("pk")
    )


def _row(card: Any, type_names: dict[int, str], until: dict[str, Any]) -> Row:
    values = {
        "account": str(card),
        "account_type": type_names.get(card.type_then, ""),
        "issued": timezone.localdate(card.date_created),
        "expires": dates.last_day_before(card.end_then) if card.end_then else None,
        "initial": max(card.initial, ZERO),
        "balance": card.balance_then,
        "last_used": timezone.localdate(card.last_used) if card.last_used else None,
        "owner": card.primary_user.email or card.primary_user.get_username() if card.primary_user else "",
    }
    statement = Drill("report", "statement", {**until, "whose": f"#{card.pk}"})
    return Row(values, {"account": Drill("account", card.pk), "initial": statement, "balance": statement})

"""How many accounts, and how much value on them: what every page that acts on many of them shows first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from accounts_ledger.admin.shared.confirmation import digest
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO, display


@dataclass(frozen=True)
class CurrencyTotal:
    """Number of accounts of one currency, their balances, and what of that is held, in its units."""

    currency: str
    count: int
    balance: Decimal
    held: Decimal

    def shown(self) -> dict[str, str]:
        return {
            "balance": display(self.balance, self.currency),
            "held": display(self.held, self.currency) if self.held else "",
        }


@dataclass(frozen=True)
class Totals:
    """Totals of a set of accounts, by currency."""

    currencies: list[CurrencyTotal]

    @property
    def count(self) -> int:
        return sum(total.count for total in self.currencies)


def selection_facts(accounts: QuerySet[Account]) -> dict[str, str]:
    """Return what a confirmation about *accounts* is bound to: which they are, and how each of them stands."""
    changes = Account.history.model.objects.filter(id=OuterRef("pk")).order_by("-pk")
    rows = (
        accounts.order_by("pk")
        .annotate(last_change=Subquery(changes.values("pk")[:1]))
        .values_list("pk", "status", "balance", "held", "end_date", "last_change")
    )
    facts = {}
    for total in totals(accounts).currencies:
        shown = total.shown()
        facts[_("Accounts in %s") % total.currency] = f"{total.count:,}"
        facts[_("Value in %s") % total.currency] = shown["balance"]
        facts[_("On hold in %s") % total.currency] = shown["held"]
    return {**facts, _("the selected accounts"): digest(rows.iterator())}


def totals(accounts: QuerySet[Account]) -> Totals:
    """Return the totals of *accounts*, in one query."""
    rows = (
        accounts.order_by("currency")
        .values("currency")
        .annotate(number=Count("pk"), value=Sum("balance"), reserved=Sum("held"))
    )
    return Totals(
        [
            CurrencyTotal(
                row["currency"],
                row["number"],
                Decimal(row["value"] or ZERO).quantize(ZERO),
                Decimal(row["reserved"] or ZERO).quantize(ZERO),
            )
            for row in rows
        ]
    )

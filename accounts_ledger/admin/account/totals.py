"""How many accounts, and how much value on them: what every page that acts on many of them shows first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

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

    def fingerprint(self) -> str:
        """Return what changes when the figures do: the confirmation of a page is good for what that page showed."""
        return ";".join(f"{total.currency}:{total.count}:{total.balance}" for total in self.currencies)


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

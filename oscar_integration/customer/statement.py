"""An account's statement as its owner reads it: what happened, to which order, and what was left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model

from accounts_ledger.models import Account, Transaction, Transfer

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


_WORDS: dict[str, Any] = {
    Transfer.Kind.LOAD: _("Loaded"),
    Transfer.Kind.TOP_UP: _("Topped up"),
    Transfer.Kind.REDEMPTION: _("Spent"),
    Transfer.Kind.REFUND: _("Refunded"),
    Transfer.Kind.REVERSAL: _("Corrected"),
    Transfer.Kind.LAPSE: _("Expired"),
    Transfer.Kind.WITHDRAWAL: _("Paid out"),
    Transfer.Kind.ADJUSTMENT: _("Adjusted"),
    Transfer.Kind.TRANSFER: _("Transferred"),
}


@dataclass(frozen=True)
class StatementLine:
    """One transaction. Descriptions and names of staff are left out: they were not written for customers."""

    transaction: Transaction
    order_number: str
    order_url: str

    @property
    def what(self) -> Any:
        return _WORDS[self.transaction.transfer.kind]


def transactions_of(account: Account) -> QuerySet[Transaction]:
    """Return the account's transactions, newest first."""
    return account.transactions.select_related("transfer").order_by("-sequence")


def lines(transactions: Iterable[Transaction], user: AbstractBaseUser) -> list[StatementLine]:
    """Return what is shown of *transactions*; numbers of orders only of *user*'s own."""
    transactions = list(transactions)
    numbers = {item.transfer.merchant_reference for item in transactions if item.transfer.merchant_reference}
    own = set(
        get_model("order", "Order").objects.filter(user=user, number__in=numbers).values_list("number", flat=True)
    )
    return [_line(item, own) for item in transactions]


def _line(transaction: Transaction, own_orders: set[str]) -> StatementLine:
    number = transaction.transfer.merchant_reference or ""
    if number not in own_orders:
        return StatementLine(transaction, "", "")
    return StatementLine(transaction, number, reverse("customer:order", kwargs={"order_number": number}))

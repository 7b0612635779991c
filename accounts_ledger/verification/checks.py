"""The checks: one SQL file in ``sql/verification`` each, the same for every database, and one line here.

A query returns a row for everything that is wrong: its ids, named by noun, and the columns ``expected`` and ``found``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

_SQL = Path(__file__).parent.parent / "sql" / "verification"


class Scope(enum.Enum):
    """What a check walks along, in ranges of ids, so that it needs little memory and shows its progress."""

    ACCOUNTS = enum.auto()
    TRANSFERS = enum.auto()
    ALL = enum.auto()


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    scope: Scope
    #: What a finding of this check means, for a person.
    message: Any
    #: Whether ``expected`` and ``found`` are amounts of money.
    of_money: bool = False

    @property
    def query(self) -> str:
        return (_SQL / f"{self.name}.sql").read_text()


#: Run before all others, which could not compute with what it finds.
NOT_AN_AMOUNT = Check("not_an_amount", Scope.ALL, _("An amount is not a number, or beyond any that can be."))

CHECKS: tuple[Check, ...] = (
    Check(
        "account_balance", Scope.ACCOUNTS, _("The balance is not the sum of the account's transactions."), of_money=True
    ),
    Check("account_sequence", Scope.ACCOUNTS, _("The account does not know how many transactions it has.")),
    Check(
        "running_balance",
        Scope.ACCOUNTS,
        _("The running balance does not follow from the one before it."),
        of_money=True,
    ),
    Check("sequence_gap", Scope.ACCOUNTS, _("The transactions of the account are not numbered without gaps.")),
    Check("date_order", Scope.ACCOUNTS, _("The transaction is dated before the one that precedes it.")),
    Check(
        "account_held", Scope.ACCOUNTS, _("The held value is not the sum of the account's open holds."), of_money=True
    ),
    Check(
        "account_overdrawn",
        Scope.ACCOUNTS,
        _("The account owes or has reserved more than its credit limit allows."),
        of_money=True,
    ),
    Check("hold_capture", Scope.ACCOUNTS, _("The hold and the transfer that captured it do not match."), of_money=True),
    Check(
        "transfer_sides",
        Scope.TRANSFERS,
        _("The transfer does not have exactly one debit of its source and one credit of its destination."),
    ),
    Check(
        "transfer_zero_sum", Scope.TRANSFERS, _("The transactions of the transfer do not sum to zero."), of_money=True
    ),
    Check("stray_transaction", Scope.TRANSFERS, _("The transaction's transfer or account does not exist.")),
    Check("transfer_currency", Scope.TRANSFERS, _("The accounts of the transfer have different currencies.")),
    Check("transfer_parent", Scope.TRANSFERS, _("The transfer's parent cannot be one of it.")),
    Check("transfer_undone", Scope.TRANSFERS, _("More was given back than was transferred."), of_money=True),
    Check(
        "currency_zero_sum",
        Scope.ALL,
        _("The balances of all accounts in this currency do not sum to zero."),
        of_money=True,
    ),
)

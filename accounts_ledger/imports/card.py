"""Card: what one row of a list of gift cards says, before it becomes an account."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from accounts_ledger.models import Account
from accounts_ledger.money import ZERO


class CardRow(NamedTuple):
    """A checked card as it is kept, as a list of JSON, until it is loaded. Dates are moments in ISO 8601."""

    number: int
    code: str | None
    value: str
    status: str
    account_type: int
    start: str | None
    end: str | None
    owner: int | None
    email: str
    description: str
    product_range: int | None


@dataclass(slots=True)
class Card:
    """A row as it was read. Not an `Account`: making a model instance of every row takes longer than reading it.

    ``value`` (in units of the batch's currency) is what is to be loaded. The three values before it are what the cells
    say, ``condition`` is one of `options.CONDITIONS`, "" for a good card.
    """

    account_type: int
    product_range: int | None
    value_left: Decimal | None = None
    value_first: Decimal | None = None
    value_used: Decimal | None = None
    value: Decimal = ZERO
    condition: str = ""
    is_redeemable: bool | None = None
    is_test: bool | None = None
    currency: str = ""
    code: str | None = None
    status: str = Account.OPEN
    start_date: datetime.datetime | None = None
    end_date: datetime.datetime | None = None
    email: str = ""
    description: str = ""

    def __str__(self) -> str:
        # django-import-export describes every row. A code is money: it stays out of descriptions.
        return type(self).__name__

    @property
    def is_frozen(self) -> bool:
        return self.status == Account.FROZEN

    def as_row(self, number: int, owner: int | None) -> CardRow:
        """Return the card as it is kept until it is loaded. A known *owner* makes the address redundant."""
        return CardRow(
            number,
            self.code,
            f"{self.value:.2f}",
            self.status,
            self.account_type,
            self.start_date.isoformat() if self.start_date else None,
            self.end_date.isoformat() if self.end_date else None,
            owner,
            "" if owner else self.email,
            self.description,
            self.product_range,
        )

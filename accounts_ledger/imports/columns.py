"""The columns that a list of gift cards can have, and the names by which other systems call them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

CODE, BALANCE, INITIAL, USED, CURRENCY = "code", "balance", "initial", "used", "currency"
STATUS, ACTIVE, CANCELLED, DISABLED, EXPIRED = "status", "active", "cancelled", "disabled", "expired"
REDEEMABLE, TEST, SPENT, TYPE = "redeemable", "test", "spent", "type"
START, END, EMAIL, DESCRIPTION, RANGE = "start", "end", "email", "description", "range"
IGNORED = ""

#: What the value of a card can be read from.
AMOUNTS = (BALANCE, INITIAL, USED)
#: What says that a card is not simply good. Files have several of them; the worst that one says counts.
SIGNS = frozenset({STATUS, ACTIVE, CANCELLED, DISABLED, EXPIRED, REDEEMABLE, TEST, SPENT})


@dataclass(frozen=True)
class Column:
    """One thing a column can say. ``names`` are headings as `headings.heading_key` makes them, the likeliest first."""

    key: str
    label: Any
    names: tuple[str, ...]


COLUMNS: tuple[Column, ...] = (
    Column(CODE, _("Code"), ("code", "gift card code", "redemption code", "number", "card number", "gift card number")),
    Column(
        BALANCE,
        _("Value left on the card"),
        ("amount remaining", "remaining balance", "remaining", "remaining value", "current value", "current balance",
         "balance", "value left", "balance amount", "gift balance", "available balance", "card balance",
         "outstanding balance", "outstanding", "unused value", "available"),
    ),
    Column(
        INITIAL,
        _("First value of the card"),
        ("amount", "value", "initial value", "initial balance", "issued value", "initial amount", "balance max",
         "original value", "original balance", "face value", "denomination"),
    ),
    Column(USED, _("Value used so far"), ("amount used", "used", "redeemed value", "used value", "redeemed amount")),
    Column(CURRENCY, _("Currency"), ("currency", "currency code")),
    Column(STATUS, _("Status"), ("status", "status on off", "state", "card status", "gift card status")),
    Column(ACTIVE, _("Active or not"), ("active", "enabled", "is active", "is enabled")),
    Column(CANCELLED, _("Cancelled or not, or when"), ("cancelled", "cancelled at", "canceled at", "deleted at")),
    Column(DISABLED, _("Disabled or not, or when"), ("disabled", "disabled at", "disabled date", "blocked", "frozen")),
    Column(EXPIRED, _("Expired or not"), ("expired", "is expired", "has expired")),
    Column(REDEEMABLE, _("Can be redeemed"), ("is redeemable", "redeemable")),
    Column(TEST, _("Test card"), ("test mode card", "test mode", "test", "is test")),
    Column(SPENT, _("Used or not, or when"), ("redeemed at", "last used", "last redeemed at")),
    Column(TYPE, _("Account type"), ("account type", "type", "card type")),
    Column(
        START,
        _("Valid from"),
        ("start", "start date", "valid from", "starts on", "starts at", "from"),
    ),
    Column(
        END,
        _("Valid until"),
        ("end", "end date", "expires on", "expires at", "expires", "expiry date", "expiry", "expiration date",
         "date expires", "expiration", "valid until", "valid to", "valid through", "expireson", "until"),
    ),
    Column(
        EMAIL,
        _("Holder's e-mail"),
        ("owner e mail", "owner email", "recipient email", "recipient e mail", "customer email", "customeremail",
         "email", "e mail", "holder email", "owner", "recipient"),
    ),
    Column(
        DESCRIPTION,
        _("Description"),
        ("description", "note", "notes", "special terms and conditions", "reference", "comment"),
    ),
    Column(RANGE, _("Product range"), ("product range", "range")),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}

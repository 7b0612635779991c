"""The columns that a list of gift cards can have, and the names by which other systems call them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

CODE, BALANCE, INITIAL, USED, CURRENCY = "code", "balance", "initial", "used", "currency"
STATUS, REDEEMABLE, TEST, TYPE = "status", "redeemable", "test", "type"
START, END, EMAIL, DESCRIPTION, RANGE = "start", "end", "email", "description", "range"
IGNORED = ""


@dataclass(frozen=True)
class Column:
    """One thing a column can say. ``names`` are headings as `heading_key` makes them, the likeliest first."""

    key: str
    label: Any
    names: tuple[str, ...]


COLUMNS: tuple[Column, ...] = (
    Column(CODE, _("Code"), ("code", "gift card code", "redemption code", "number", "card number", "gift card number")),
    Column(
        BALANCE,
        _("Value left on the card"),
        ("amount remaining", "remaining balance", "remaining", "remaining value", "current value", "current balance",
         "balance", "balance cents", "value left", "balance amount"),
    ),
    Column(
        INITIAL,
        _("First value of the card"),
        ("amount", "amount cents", "value", "initial value", "initial balance", "issued value", "initial amount",
         "balance max cents", "balance max", "original value", "original balance", "face value"),
    ),
    Column(USED, _("Value used so far"), ("amount used", "used", "redeemed value", "used value")),
    Column(CURRENCY, _("Currency"), ("currency", "currency code")),
    Column(STATUS, _("Status"), ("status", "status on off", "state", "active", "enabled", "is active")),
    Column(REDEEMABLE, _("Can be redeemed"), ("is redeemable", "redeemable")),
    Column(TEST, _("Test card"), ("test mode card", "test mode", "test", "is test")),
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

#: An empty balance means a card that was never used. Systems that say so, by a heading only they have.
_EMPTY_BALANCE_IS_UNUSED = frozenset({"redemption code"})


def heading_key(heading: str) -> str:
    """Return *heading* as it is compared: "Sender E-mail", "sender_email" and "SENDER  E-MAIL" are much the same."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading.strip().lstrip("﻿"))
    return re.sub(r"[\W_]+", " ", words).strip().lower()


def recognise(headings: Sequence[str]) -> list[str]:
    """Return for each of *headings* the key of the column it is, or `IGNORED`. No column is recognised twice."""
    keys = [heading_key(heading) for heading in headings]
    recognised = [IGNORED] * len(keys)
    for column in COLUMNS:
        for name in column.names:
            if name in keys and not recognised[keys.index(name)]:
                recognised[keys.index(name)] = column.key
                break
    return recognised


def are_cents(headings: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the amounts are in the smallest unit of the currency, as headings such as ``balance_cents`` say."""
    amounts = [heading for heading, key in zip(headings, columns, strict=False) if key in (BALANCE, INITIAL)]
    return any(heading_key(heading).endswith(" cents") for heading in amounts)


def empty_balance_is_unused(headings: Sequence[str]) -> bool:
    """Whether these headings are of a system where a card without a balance still has its first value."""
    return not _EMPTY_BALANCE_IS_UNUSED.isdisjoint(heading_key(heading) for heading in headings)

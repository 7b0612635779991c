"""What was chosen for a line, in words: an amount with its currency, a day as people write it; not as it is stored."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts_ledger import conf
from accounts_ledger.money import display
from oscar_integration.selling import product as gift_card


def text_of(attribute: Any) -> str:
    """Return what was chosen: the value of *attribute*, of a line of a basket or an order. "" for nothing."""
    value, option = attribute.value, attribute.option
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    if option is not None and option.code == gift_card.VALUE:
        return _amount(value, _currency_of(attribute.line))
    if option is not None and option.type in ("date", "datetime"):
        return _day(value)
    return str(value)


def options_of(line: Any) -> list[tuple[str, str]]:
    """Return the options of *line* for which something was chosen: their names, and what, in words."""
    chosen = [
        (attribute.option.name if attribute.option else attribute.type, text_of(attribute))
        for attribute in line.attributes.all()
    ]
    return [(name, text) for name, text in chosen if text]


def described(title: str, line: Any) -> str:
    """Return *title* with the options of *line*: "Gift card (Value: £35.00, Send on: 1 December 2026)"."""
    options = ", ".join(f"{name}: {text}" for name, text in options_of(line))
    return f"{title} ({options})" if options else title


class DescribedBasketLineMixin:
    """Goes before Oscar's ``AbstractLine`` of the basket."""

    product: Any

    @property
    def description(self) -> str:
        return described(str(self.product), self)


class DescribedOrderLineMixin:
    """Goes before Oscar's ``AbstractLine`` of the order."""

    title: Any

    @property
    def description(self) -> str:
        return described(str(self.title), self)


def _currency_of(line: Any) -> str:
    order = getattr(line, "order", None)
    currency = order.currency if order is not None else getattr(line, "price_currency", None)
    return str(currency or conf.default_currency())


def _amount(value: object, currency: str) -> str:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return display(amount, currency) if amount.is_finite() else str(value)


def _day(value: object) -> str:
    try:
        day = value if isinstance(value, datetime.date) else datetime.datetime.fromisoformat(str(value)).date()
    except ValueError:
        return str(value)
    return date_format(day, "j F Y")

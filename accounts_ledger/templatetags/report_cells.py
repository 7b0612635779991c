"""How the cells of a report are written on a page."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format

from accounts_ledger.money import display
from accounts_ledger.written_dates import moment, short

register = template.Library()


@register.filter
def money_text(amount: Any, currency: str) -> str:
    """Return *amount* in the currency's format, nothing for None."""
    return "" if amount is None else display(amount, currency)


@register.filter
def cell_text(cell: dict[str, Any], currency: str) -> str:
    """Return the value of *cell* as its column says it is written."""
    value, kind = cell["value"], cell["column"].kind
    if value is None or value == "":
        return ""
    if kind == "money":
        return display(value, currency)
    if kind == "number":
        return number_format(value, force_grouping=True)
    if kind == "share":
        return f"{number_format(Decimal(value) * 100, 1)} %"
    if isinstance(value, datetime.datetime):
        return moment(value)
    if isinstance(value, datetime.date):
        return short(value)
    return str(value)

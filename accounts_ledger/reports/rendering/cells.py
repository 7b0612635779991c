"""Values as files have them: exact, without thousands separators, and never a formula."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts_ledger.reports.table import Column

#: Spreadsheets run a text that starts like this as a formula.
_STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def text(value: Any) -> str:
    """Return *value* as a text that no spreadsheet takes for a formula."""
    plain = "" if value is None else str(value)
    return f"'{plain}" if plain.startswith(_STARTS_OF_FORMULAS) else plain


def exact(column: Column, value: Any) -> Decimal | int | datetime.date | datetime.datetime | str | None:
    """Return *value* with the type that a spreadsheet should know."""
    if value is None or value == "":
        return None
    if column.kind == "moment":
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if column.kind == "share" and isinstance(value, Decimal):
        return value.quantize(Decimal("0.0001"))
    if isinstance(value, Decimal | int | datetime.date):
        return value
    return text(value)

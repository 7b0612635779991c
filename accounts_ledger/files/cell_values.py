"""Values as files have them: figures exact, moments in the site's time, and no text that runs as a formula."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.utils import timezone
from django.utils.translation import gettext as _

#: What a cell can hold. Moments have no time zone: spreadsheets know none.
CellValue: TypeAlias = str | int | Decimal | datetime.date | datetime.datetime | None

#: Spreadsheets run a text that starts like this as a formula; those of East Asia also the full-width signs.
_STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_text(value: Any) -> str:
    """Return *value* as a text that no spreadsheet takes for a formula."""
    plain = "" if value is None else str(value)
    return f"'{plain}" if plain.startswith(_STARTS_OF_FORMULAS) else plain


def cell_value(value: Any) -> CellValue:
    """Return *value* with the type that a spreadsheet should know it by."""
    if value is None:
        return None
    if isinstance(value, bool):
        return safe_text(_("Yes") if value else _("No"))
    if isinstance(value, datetime.datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return local.replace(tzinfo=None, microsecond=0)
    if isinstance(value, Decimal | int | datetime.date):
        return value
    return safe_text(value)

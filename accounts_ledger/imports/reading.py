"""How the cells of a file are to be read: detected first, then corrected by people if need be."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
DATE_ORDERS = [(DAY_FIRST, _("Day first: 31/12/2026")), (MONTH_FIRST, _("Month first: 12/31/2026"))]
POINT, COMMA = ".", ","
DECIMAL_SIGNS = [(POINT, _("Point: 1,234.50")), (COMMA, _("Comma: 1.234,50"))]
CSV, XLSX = "csv", "xlsx"


@dataclass(frozen=True)
class Reading:
    """How to read one file.

    ``columns`` has a key of `columns.COLUMNS` (or "") for each column, ``headings`` what the file calls them.
    ``date_order`` decides between day and month where a date is written with figures only and no year first.
    ``cents`` means that amounts are in the smallest unit of the currency.
    """

    format: str = CSV
    encoding: str = "utf-8-sig"
    separator: str = ","
    has_header: bool = True
    headings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    date_order: str = DAY_FIRST
    decimal_sign: str = POINT
    cents: bool = False
    empty_balance_is_unused: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Reading:
        return replace(cls(**values), headings=tuple(values["headings"]), columns=tuple(values["columns"]))

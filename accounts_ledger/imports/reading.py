"""How the cells of a file are to be read: detected first, then corrected by people if need be."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext_lazy as _

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"
DATE_ORDERS = [
    (DAY_FIRST, _("Day first: 31/12/2026")),
    (MONTH_FIRST, _("Month first: 12/31/2026")),
    (YEAR_FIRST, _("Year first: 26-12-31")),
]
POINT, COMMA = ".", ","
DECIMAL_SIGNS = [(POINT, _("Point: 1,234.50")), (COMMA, _("Comma: 1.234,50"))]
CSV, XLSX = "csv", "xlsx"
UNITS = [("units", _("Whole units: 25.00")), ("cents", _("Pence or cents: 2500"))]
INCLUDED, EXCLUDED = "included", "excluded"
END_DAYS = [(INCLUDED, _("Valid through that day")), (EXCLUDED, _("Valid until that day begins"))]
LOAD, LEAVE_OUT = "load", "leave-out"
HIDDEN_ROWS = [(LOAD, _("Load them too")), (LEAVE_OUT, _("Leave them out"))]


@dataclass(frozen=True)
class Reading:
    """How to read one file.

    ``columns`` has a key of `columns.COLUMNS` (or "") for each column, ``headings`` what the file calls them.
    ``header_row`` is how many rows stand above the header (titles, ``sep=;``), which are left out.
    ``date_order`` decides between day and month where a date is written with figures only and no year first.
    ``cents`` means that amounts are in the smallest unit of the currency, ``end_included`` that a card is valid on the
    day that is given as its end. ``hidden_rows`` is what becomes of rows that a spreadsheet hides, "" if not decided.

    ``settled`` has the keys of what the file itself or somebody has decided, ``chosen`` of what somebody has; a cell
    that depends on anything else is not read but asked about. ``asked`` are the questions that are known to be open:
    a key of `questions.KEYS`, a colon, and an example.
    """

    format: str = CSV
    encoding: str = "utf-8-sig"
    separator: str = ","
    sheet: str = ""
    has_header: bool = True
    header_row: int = 0
    headings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    date_order: str = DAY_FIRST
    decimal_sign: str = POINT
    cents: bool = False
    end_included: bool = True
    hidden_rows: str = ""
    empty_balance_is_unused: bool = False
    other_sheets: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Reading:
        """Return the reading that was kept as *values*, also by an earlier version, which knew less."""
        known = {field.name for field in fields(cls)} & values.keys()
        kept: dict[str, Any] = {
            key: tuple(values[key]) if isinstance(values[key], list) else values[key] for key in known
        }
        return cls(**kept)

    def is_asked(self, key: str) -> bool:
        return any(asked.partition(":")[0] == key for asked in self.asked)

    def is_settled(self, key: str) -> bool:
        return key in self.settled


@dataclass(frozen=True)
class Answers:
    """What somebody decides about how a file is read. None: what the file says.

    ``columns`` has the keys of columns (or "") by their index.
    """

    sheet: str | None = None
    has_header: bool | None = None
    columns: dict[int, str] | None = None
    date_order: str | None = None
    decimal_sign: str | None = None
    cents: bool | None = None
    end_included: bool | None = None
    hidden_rows: str | None = None
    #: The columns of which somebody has decided what they are; None for all that have a key above.
    decided: frozenset[int] | None = None

    def given(self) -> frozenset[str]:
        """Return the keys of the questions that are answered by these."""
        keys = ("sheet", "date_order", "decimal_sign", "cents", "hidden_rows")
        given = {key for key in keys if getattr(self, key) is not None}
        if self.end_included is not None:
            given.add("end_day")
        if self.decimal_sign is not None:
            given.add("three_decimals")
        decided = (self.columns or {}).keys() if self.decided is None else self.decided
        return frozenset(given | {f"column:{index}" for index in decided})

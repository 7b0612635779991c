"""Writes Excel workbooks with XlsxWriter, row by row: memory stays flat, however long a sheet is."""

from __future__ import annotations

import datetime
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import IO, Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from accounts_ledger.exceptions import AccountException
from accounts_ledger.files.cell_values import cell_value, safe_text

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Rows that a sheet can have, its headings among them.
MAX_ROWS = 1_048_576

MONEY_FORMAT, DATE_FORMAT, MOMENT_FORMAT = "#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_FORMATS: dict[type, str] = {Decimal: MONEY_FORMAT, datetime.date: DATE_FORMAT, datetime.datetime: MOMENT_FORMAT}
#: Excel counts its days from here, and shows none before it.
_FIRST_YEAR = 1900

#: Characters that XML cannot hold, or that no file can.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?")
_TITLE_LENGTH = 31

#: Rows on their way into a sheet are on disk, in a directory that is removed with the last of them. A process that
#: is killed leaves it behind, codes and all: the next workbook removes it once it is this old, in seconds.
_SCRATCH_PREFIX = "accounts-workbook-"
_ABANDONED_AFTER = 3600


class TooManyRows(AccountException):
    """A sheet has no room for all rows."""

    def __init__(self) -> None:
        super().__init__(_("A workbook has no room for so many rows. Choose CSV, or narrow the list."))


class Totals(tuple[Any, ...]):
    """The values of a row of sums, which is written in bold."""

    __slots__ = ()


@dataclass(frozen=True)
class Sheet:
    """A sheet to be written.

    Args:
        headings: stay in sight, in bold, above the rows; a sheet without them starts with its first row.
        rows: values of any type, see `cell_value`; those of `Totals` in bold.
        widths: of the columns, in characters; Excel's own if there are none.
        formats: of the figures and days of each column, where they are not their type's (money, a day, a moment).
    """

    title: str
    headings: Sequence[Any]
    rows: Iterable[Iterable[Any]]
    widths: Sequence[int] = ()
    formats: Sequence[str | None] = ()


def check_room(rows: int) -> None:
    """Raise TooManyRows if so many *rows* do not fit below the headings of a sheet."""
    if rows >= MAX_ROWS:
        raise TooManyRows


def write(sheets: Iterable[Sheet]) -> IO[bytes]:
    """Return the workbook as an open temporary file, at its start.

    Raises:
        TooManyRows: found while writing. Whoever can count the rows beforehand should `check_room`.
    """
    _remove_abandoned()
    file = TemporaryFile()  # noqa: SIM115  (the response closes it when it was sent)
    try:
        with (
            TemporaryDirectory(prefix=_SCRATCH_PREFIX) as scratch,
            Workbook(file, {"constant_memory": True, "tmpdir": scratch, "use_zip64": True}) as workbook,
        ):
            writer = _WorkbookWriter(workbook)
            for sheet in sheets:
                writer.add(sheet)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


class _WorkbookWriter:
    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._titles: set[str] = set()
        self._styles: dict[tuple[str, bool], Any] = {}

    def add(self, sheet: Sheet) -> None:
        """Write *sheet* below those that were added before."""
        page = self._workbook.add_worksheet(_free_title(sheet.title, self._titles))
        for number, width in enumerate(sheet.widths):
            page.set_column(number, number, width)
        if sheet.headings:
            page.freeze_panes(1, 0)
        formats = dict(enumerate(sheet.formats))
        for row_number, row in enumerate(_with_headings(sheet)):
            if row_number >= MAX_ROWS:
                raise TooManyRows
            is_bold = isinstance(row, Totals)
            for number, value in enumerate(row):
                self._write_cell(page, row_number, number, cell_value(value), formats.get(number), is_bold)

    def _write_cell(self, page: Any, row: int, column: int, value: Any, own_format: str | None, is_bold: bool) -> None:
        if value is None or value == "":
            return
        kind = type(value)
        if isinstance(value, datetime.date) and value.year < _FIRST_YEAR:
            value, kind = value.isoformat(), str
        if kind is str:
            page.write_string(row, column, _storable(value), self._style("", is_bold))
            return
        style = self._style(own_format or _FORMATS.get(kind, ""), is_bold)
        if isinstance(value, datetime.date):
            page.write_datetime(row, column, value, style)
        else:
            page.write_number(row, column, value, style)

    def _style(self, number_format: str, is_bold: bool) -> Any:
        """Return the style of a cell, None for that of most: a plain text."""
        key = (number_format, is_bold)
        if key not in self._styles:
            described = {"bold": is_bold, **({"num_format": number_format} if number_format else {})}
            self._styles[key] = self._workbook.add_format(described) if any(key) else None
        return self._styles[key]


def _with_headings(sheet: Sheet) -> Iterator[Iterable[Any]]:
    if sheet.headings:
        yield Totals(safe_text(heading) for heading in sheet.headings)
    yield from sheet.rows


def _storable(text: str) -> str:
    """Return *text* as a cell can hold it. What is too long, XlsxWriter cuts."""
    plain = _LINE_END.sub("\n", _UNPRINTABLE.sub("", text))
    # XlsxWriter takes a text like this for XML of its own, and would write it into the sheet as it is.
    return f"{plain} " if plain.startswith("<r>") and plain.endswith("</r>") else plain


def _free_title(wanted: str, taken: set[str]) -> str:
    """Return a title that Excel accepts for a sheet: no special characters, at most 31, and not among *taken*."""
    base = re.sub(r"[\[\]:*?/\\']", " ", _UNPRINTABLE.sub(" ", wanted)).strip()[:_TITLE_LENGTH] or "Sheet"
    title, number = base, 1
    while title.lower() in taken:
        number += 1
        ending = f" {number}"
        title = f"{base[: _TITLE_LENGTH - len(ending)]}{ending}"
    taken.add(title.lower())
    return title


def _remove_abandoned() -> None:
    for directory in Path(gettempdir()).glob(f"{_SCRATCH_PREFIX}*"):
        with suppress(OSError):  # somebody else's, or just removed by another process
            if directory.stat().st_mtime < time.time() - _ABANDONED_AFTER:
                shutil.rmtree(directory)

"""Reads a file as rows of cells, one after the other, so that memory does not grow with the file."""

from __future__ import annotations

import csv
import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from accounts_ledger.imports import limits, spreadsheet
from accounts_ledger.imports.errors import UnreadableFile
from accounts_ledger.imports.reading import XLSX, Reading

#: A row's number as a spreadsheet counts it, from 1, and its cells as text.
Row = tuple[int, list[str]]


def rows(file: IO[bytes], reading: Reading) -> Iterator[Row]:
    """Yield the rows of *file*, the header left out, empty ones too.

    Raises:
        UnreadableFile: while going through it: not the format or encoding it was taken for, or beyond the limits.
    """
    for position, row in enumerate(all_rows(file, reading)):
        if position or not reading.has_header:
            yield row


def all_rows(file: IO[bytes], reading: Reading) -> Iterator[Row]:
    """Yield the rows of *file* with the header, if it has one."""
    file.seek(0)
    cells = _xlsx(file, reading) if reading.format == XLSX else _csv(file, reading)
    seen = 0
    for number, row in cells:
        if number > limits.MAX_LINES:
            raise UnreadableFile(_("The file has more than %s lines. Split it.") % f"{limits.MAX_LINES:,}")
        while row and not row[-1]:
            row.pop()
        if not row:
            continue
        seen += 1
        if seen > limits.MAX_ROWS + 1:
            raise UnreadableFile(_("The file has more than %s rows. Split it.") % f"{limits.MAX_ROWS:,}")
        if len(row) > limits.MAX_COLUMNS:
            raise UnreadableFile(
                _("Row %(row)s has more than %(most)d columns. This is not a list of gift cards.")
                % {"row": f"{number:,}", "most": limits.MAX_COLUMNS}
            )
        yield number, row


def _csv(file: IO[bytes], reading: Reading) -> Iterator[Row]:
    text = io.TextIOWrapper(file, encoding=reading.encoding, errors="strict", newline="")
    lines = _Lines(text)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=reading.separator), 1):
            lines.taken = 0
            yield number, [_cell(number, cell) for cell in cells]
    except UnicodeError:
        raise UnreadableFile(
            _("After row %(row)s the file is not in the encoding %(encoding)s that it begins with.")
            % {"row": f"{number:,}", "encoding": reading.encoding}
        ) from None
    except csv.Error as error:
        raise UnreadableFile(
            _("The file cannot be read after row %(row)s: %(error)s.") % {"row": f"{number:,}", "error": error}
        ) from None
    finally:
        # Whoever reads only the first rows may have closed the file before this generator ends.
        if not file.closed:
            text.detach()


class _Lines:
    """The lines of a text for `csv.reader`, which would put any number of them, of any length, into one row."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        #: Characters given since the last whole row.
        self.taken = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.text.readline(limits.MAX_ROW + 1)
        if not line:
            raise StopIteration
        self.taken += len(line)
        if self.taken > limits.MAX_ROW:
            raise UnreadableFile(_("A row of this file never ends. This is not a list of gift cards."))
        return line


def _cell(number: int, cell: str) -> str:
    if len(cell) > limits.MAX_CELL:
        raise UnreadableFile(_("A cell in row %s is too long. Is a quotation mark missing?") % f"{number:,}")
    if "\x00" in cell:
        raise UnreadableFile(_("Row %s contains null bytes. This is not a text file.") % f"{number:,}")
    return cell.strip()


def _xlsx(file: IO[bytes], reading: Reading) -> Iterator[Row]:
    check_archive(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here
            sheet = spreadsheet.first_sheet(file)
            for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=limits.MAX_COLUMNS + 1), 1):
                yield number, [_cell(number, _as_text(cell, reading.decimal_sign)) for cell in cells]
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl raises whatever it stumbles upon: KeyError, ValueError, ParseError…
        raise UnreadableFile(_("This XLSX file is damaged or not an XLSX file.")) from error


def check_archive(file: IO[bytes]) -> None:
    """Refuse a file that unpacks to more than is accepted unpacked. Some of it is in memory while it is read."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile(_("This XLSX file is damaged or not an XLSX file.")) from error
    if size > limits.MAX_BYTES:
        raise UnreadableFile(
            _("This XLSX file unpacks to more than %d MB. Split it, or save the list as CSV.")
            % (limits.MAX_BYTES // 1024 // 1024)
        )
    file.seek(0)


def _as_text(value: Any, decimal_sign: str) -> str:
    """Return what a spreadsheet's cell holds as text that reads back as the same value."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time.min else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).replace(".", decimal_sign)
    return str(value)

"""Reads a file as rows of cells, one after the other, so that memory does not grow with the file."""

from __future__ import annotations

import csv
import datetime
import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from accounts_ledger.imports import limits, spreadsheet
from accounts_ledger.imports.encoding import WINDOWS_BYTES
from accounts_ledger.imports.errors import UndecidedError, UnreadableFile
from accounts_ledger.imports.reading import LEAVE_OUT, POINT, XLSX, Reading

#: A row's number as a spreadsheet counts it, from 1, and its cells as text.
Row = tuple[int, list[str]]


def rows(file: IO[bytes], reading: Reading, left_out: Counter[str] | None = None) -> Iterator[Row]:
    """Yield the rows of cards of *file*: without the header and what stands above it, and without empty ones.

    Args:
        left_out: counts the rows that the file hides, if they are left out by somebody's decision.

    Raises:
        UnreadableFile: while going through it: not the format or encoding it was taken for, or beyond the limits.
        UndecidedError: with *left_out* only: the file hides rows, and nobody has said whether they are meant.
    """
    first = reading.header_row + (1 if reading.has_header else 0)
    for position, row in enumerate(all_rows(file, reading, left_out)):
        if position >= first:
            yield row


def all_rows(file: IO[bytes], reading: Reading, left_out: Counter[str] | None = None) -> Iterator[Row]:
    """Yield the rows of *file* that have anything in them, with the header, if it has one, and what is above it."""
    file.seek(0)
    cells = _xlsx(file, reading, left_out) if reading.format == XLSX else _csv(file, reading)
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
    errors = WINDOWS_BYTES if reading.encoding.startswith("utf-8") else "strict"
    text = io.TextIOWrapper(file, encoding=reading.encoding, errors=errors, newline="")
    lines = _Lines(text)
    number = 0
    try:
        # Strict: else a quotation mark without its end would take in the rows after it, without a word.
        for number, cells in enumerate(csv.reader(lines, delimiter=reading.separator, strict=True), 1):
            if lines.read > 1:
                _refuse_rows_in_cells(number, cells, reading.separator)
            lines.begin_row()
            yield number, [_cell(number, cell) for cell in cells]
    except UnicodeError:
        raise UnreadableFile(
            _("After row %(row)s the file is not in the encoding %(encoding)s that it begins with.")
            % {"row": f"{number:,}", "encoding": reading.encoding}
        ) from None
    except csv.Error as error:
        if lines.last.strip() == '"' and lines.read == 1:
            return  # the last line has nothing in it that could be lost
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
        self.last = ""
        self.begin_row()

    def begin_row(self) -> None:
        #: Characters and lines given since the last whole row.
        self.taken = self.read = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.text.readline(limits.MAX_ROW + 1)
        if not line:
            raise StopIteration
        self.taken += len(line)
        self.read += 1
        self.last = line
        if self.taken > limits.MAX_ROW:
            raise UnreadableFile(_("A row of this file never ends. This is not a list of gift cards."))
        return line


def _refuse_rows_in_cells(number: int, cells: list[str], separator: str) -> None:
    """Refuse a cell that looks like rows of the file: between two quotation marks that do not belong together."""
    width = len(cells)
    for cell in cells:
        lines = cell.splitlines()[1:]
        if width > 1 and any(line.count(separator) >= width - 1 for line in lines):
            raise UnreadableFile(
                _("A cell in row %s goes over other rows of the file. Is a quotation mark missing?") % f"{number:,}"
            )


def _cell(number: int, cell: str) -> str:
    if len(cell) > limits.MAX_CELL:
        raise UnreadableFile(_("A cell in row %s is too long. Is a quotation mark missing?") % f"{number:,}")
    if "\x00" in cell:
        raise UnreadableFile(_("Row %s contains null bytes. This is not a text file.") % f"{number:,}")
    cell = cell.strip()
    # ="001" is how files tell a spreadsheet that figures are text.
    return cell[2:-1].strip() if cell[:2] == '="' and cell[-1] == '"' and '"' not in cell[2:-1] else cell


def _xlsx(file: IO[bytes], reading: Reading, left_out: Counter[str] | None) -> Iterator[Row]:
    check_archive(file)
    rows_seen = 0
    header_number = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here
            book = spreadsheet.Book(file)
            for number, is_hidden, cells in book.rows(reading.sheet):
                row = [_cell(number, _as_text(cell, reading.decimal_sign)) for cell in cells]
                filled = any(row)
                rows_seen += filled
                header_number = header_number or (number if rows_seen > reading.header_row else 0)
                if is_hidden and filled and not _is_read(reading, number, left_out):
                    continue
                yield number, row
            _refuse_merged(book, header_number)
    except (UnreadableFile, UndecidedError):
        raise
    except Exception as error:  # openpyxl raises whatever it stumbles upon: KeyError, ValueError, ParseError…
        raise UnreadableFile(_("This XLSX file is damaged or not an XLSX file.")) from error


def _is_read(reading: Reading, number: int, left_out: Counter[str] | None) -> bool:
    """Whether a hidden row is read, as somebody decided."""
    if left_out is not None and not reading.hidden_rows:
        raise UndecidedError("hidden_rows", f"{number:,}")
    if reading.hidden_rows != LEAVE_OUT:
        return True
    if left_out is not None:
        left_out["hidden"] += 1
    return False


def _refuse_merged(book: spreadsheet.Book, header: int) -> None:
    """Refuse cells that are one over several rows of cards: only the first of these would have what they say."""
    for first, last in book.merged_rows:
        if last > header:
            raise UnreadableFile(
                _("Cells are merged over the rows %(first)s to %(last)s. Split them, so that each row says it all.")
                % {"first": f"{first:,}", "last": f"{last:,}"}
            )


def sheet_names(file: IO[bytes]) -> list[spreadsheet.SheetName]:
    """Return the sheets of an XLSX file.

    Raises:
        UnreadableFile: it is damaged, or none.
    """
    check_archive(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return spreadsheet.Book(file).sheets
    except Exception as error:  # as in `_xlsx`
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
    if isinstance(value, spreadsheet.Figure):
        return value.text.replace(".", decimal_sign) if decimal_sign != POINT else value.text
    return str(value)

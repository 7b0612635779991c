"""Finds out how a file is to be read: format, encoding, separator, header, columns, order of dates, decimal sign."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import IO

from django.utils.translation import gettext as _

from accounts_ledger.imports import columns, table, values
from accounts_ledger.imports.errors import UnreadableFile
from accounts_ledger.imports.reading import COMMA, CSV, DAY_FIRST, MONTH_FIRST, POINT, XLSX, Reading

_SAMPLE_BYTES = 64 * 1024
_SAMPLE_ROWS = 200
_SEPARATORS = ",;\t|"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_FIGURES_DATE = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}\b")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def sniff(file: IO[bytes]) -> Reading:
    """Return how *file* seems to be meant.

    Raises:
        UnreadableFile: it is no list of cards at all: binary, empty, a damaged spreadsheet.
    """
    file.seek(0)
    start = file.read(_SAMPLE_BYTES)
    if start.startswith(b"PK\x03\x04"):
        reading = Reading(format=XLSX)
    else:
        encoding = _encoding(file, start)
        text = start.decode(encoding, errors="ignore")
        reading = Reading(format=CSV, encoding=encoding, separator=_separator(text))
    sample = list(itertools.islice(table.all_rows(file, reading), _SAMPLE_ROWS))
    if not sample:
        raise UnreadableFile(_("The file is empty."))
    return _with_columns(reading, [cells for _number, cells in sample])


def _encoding(file: IO[bytes], start: bytes) -> str:
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(_("This is an old Excel file (XLS). Save it as XLSX or CSV."))
    if b"\x00" in start:
        # ASCII in UTF-16 is every other byte zero.
        for encoding, zeros, letters in (
            ("utf-16-le", start[1::2], start[::2]),
            ("utf-16-be", start[::2], start[1::2]),
        ):
            if zeros.count(0) > 0.7 * len(zeros) and letters.count(0) < 0.1 * len(letters):
                return encoding
        raise UnreadableFile(_("This is not a text file: it contains null bytes."))
    if sum(byte < 32 and byte not in b"\t\n\r\f" for byte in start) > len(start) / 50:
        raise UnreadableFile(_("This is not a text file or a spreadsheet."))
    return "utf-8-sig" if _is_utf8(file) else "cp1252"


def _is_utf8(file: IO[bytes]) -> bool:
    # The whole file: the first umlaut may be in its last row.
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig")
    try:
        while text.read(1024 * 1024):
            pass
    except UnicodeDecodeError:
        return False
    finally:
        text.detach()
    return True


def _separator(text: str) -> str:
    lines = text.splitlines()[:50]
    if len(lines) > 1 and len(text) >= _SAMPLE_BYTES // 2:
        lines = lines[:-1]

    def fit(separator: str) -> tuple[int, int]:
        # How many rows have as many cells as the first one, and how many cells.
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        except csv.Error:
            return (0, 0)
        if not widths or widths[0] == 1:
            return (0, 0)
        return (sum(width == widths[0] for width in widths), widths[0])

    best = max(_SEPARATORS, key=fit)
    return best if fit(best) > (0, 0) else ","


def _with_columns(reading: Reading, sample: list[list[str]]) -> Reading:
    headings = sample[0]
    recognised = columns.recognise(headings)
    has_header = any(recognised) or not any(_is_value(cell) for cell in headings)
    body = sample[1:] if has_header else sample
    width = max(len(row) for row in sample)
    if has_header:
        headings = [*headings, *([""] * (width - len(headings)))]
        recognised = [*recognised, *([columns.IGNORED] * (width - len(recognised)))]
    else:
        headings, recognised = [], _by_content(body, width)
    cells = [[row[index] if index < len(row) else "" for row in body] for index in range(width)]
    amounts = _of(cells, recognised, (columns.BALANCE, columns.INITIAL, columns.USED))
    return replace(
        reading,
        has_header=has_header,
        headings=tuple(headings),
        columns=tuple(recognised),
        date_order=_date_order(_of(cells, recognised, (columns.START, columns.END))),
        decimal_sign=_decimal_sign(amounts) if reading.format == CSV else POINT,
        cents=columns.are_cents(headings, recognised),
        empty_balance_is_unused=columns.empty_balance_is_unused(headings),
    )


def _of(cells: Sequence[list[str]], recognised: Sequence[str], keys: Sequence[str]) -> list[str]:
    return [cell for index, key in enumerate(recognised) if key in keys for cell in cells[index] if cell]


def _is_value(cell: str) -> bool:
    return bool(_EMAIL.match(cell)) or _is_date(cell) or _is_amount(cell)


def _by_content(body: list[list[str]], width: int) -> list[str]:
    """Guess the columns of a file without a header: e-mail, date, amount; the code is what is different in each row."""
    recognised = [columns.IGNORED] * width
    for index in range(width):
        cells = [row[index] for row in body if index < len(row) and row[index]]
        if not cells:
            continue
        for key, test in ((columns.EMAIL, _EMAIL.match), (columns.END, _is_date), (columns.BALANCE, _looks_amount)):
            if key not in recognised and all(test(cell) for cell in cells):
                recognised[index] = key
                break
        else:
            distinct = len(set(cells)) == len(cells) and all(len(cell) >= 6 and " " not in cell for cell in cells)
            if distinct and columns.CODE not in recognised:
                recognised[index] = columns.CODE
    return recognised


def _looks_amount(cell: str) -> bool:
    return _is_amount(cell) and sum(character.isdigit() for character in cell) <= 9


def _is_amount(cell: str) -> bool:
    for sign in (POINT, COMMA):
        try:
            values.amount(cell, sign)
        except ValueError:
            continue
        return True
    return False


def _is_date(cell: str) -> bool:
    for order in (DAY_FIRST, MONTH_FIRST):
        try:
            if values.date(cell, order) is not None:
                return True
        except ValueError:
            continue
    return False


def _date_order(cells: list[str]) -> str:
    matches = [match for match in map(_FIGURES_DATE.match, cells) if match]
    month_first = sum(int(match.group(2)) > 12 for match in matches)
    day_first = sum(int(match.group(1)) > 12 for match in matches)
    return MONTH_FIRST if month_first > day_first else DAY_FIRST


def _decimal_sign(cells: list[str]) -> str:
    """The sign that is last in amounts with both, or that has other than three figures after it."""
    votes = 0
    for cell in cells:
        figures = re.sub(r"[^\d.,]", "", cell)
        last = max(figures.rfind("."), figures.rfind(","))
        if last < 0:
            continue
        both = "." in figures and "," in figures
        if both or len(figures) - last - 1 != 3:
            votes += 1 if figures[last] == "," else -1
    return COMMA if votes > 0 else POINT

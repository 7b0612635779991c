"""Finds out how a file is to be read: format, encoding, separator, sheet, header, columns, dates, decimal sign."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import IO

from django.utils.translation import gettext as _

from accounts_ledger.imports import cells, columns, days, evidence, headers, sheets, table
from accounts_ledger.imports.assign import Assignment, assign
from accounts_ledger.imports.encoding import encoding_of
from accounts_ledger.imports.errors import UndecidedError, UnreadableFile
from accounts_ledger.imports.headings import empty_balance_is_unused, meaning
from accounts_ledger.imports.reading import CSV, POINT, XLSX, Answers, Reading

_SAMPLE_BYTES = 64 * 1024
#: Rows from which everything is told. What is beyond and says otherwise is noticed by the check.
_SAMPLE_ROWS = 250
_SEPARATORS = ",;\t|"
_SEP_LINE = re.compile(r'^\s*"?sep=(.)"?\s*$', re.I)
#: Stands for the point of numbers in spreadsheets, so that they are not taken for texts and have no say in its sign.
_FIGURE_POINT = "\u2396"


def sniff(file: IO[bytes], currency: str | None = None, answers: Answers | None = None) -> Reading:
    """Return how *file* seems to be meant, or is by the *answers* that somebody gave.

    What can be read in two ways and is not answered is in ``asked`` of the result.

    Args:
        currency: what the batch is in.

    Raises:
        UnreadableFile: it is no list of cards at all: binary, empty, a damaged spreadsheet; or of another currency.
    """
    answers = answers or Answers()
    reading = _layout(file, answers)
    sample = _sample(file, reading)
    if not sample:
        raise UnreadableFile(_("The file is empty."))
    header = headers.find(sample, answers.has_header)
    above = [cell for row in sample[: header.row] for cell in row]
    reading = replace(reading, header_row=header.row, has_header=header.found)
    rows = sample[header.row + header.found :]
    width = max(len(header.headings), *(len(row) for row in rows)) if rows else len(header.headings)
    if header.found:
        # What stands beside the last heading belongs to none: an error of its row.
        width = len(header.headings)
    body = [[row[index] if index < len(row) else "" for row in rows] for index in range(width)]
    found = _assigned(header, body, currency, answers)
    headers.refuse_other_currency(header.headings, found.keys, above, currency)
    return _with_evidence(reading, header.headings, body, found, currency, answers)


def _layout(file: IO[bytes], answers: Answers) -> Reading:
    file.seek(0)
    start = file.read(_SAMPLE_BYTES)
    if start.startswith(b"PK\x03\x04"):
        reading = Reading(format=XLSX, decimal_sign=_FIGURE_POINT, hidden_rows=answers.hidden_rows or "")
        return sheets.choose(file, reading, answers.sheet)
    encoding = encoding_of(file, start)
    text = start.decode(encoding, errors="ignore")
    return Reading(format=CSV, encoding=encoding, separator=_separator(text))


def _sample(file: IO[bytes], reading: Reading) -> list[list[str]]:
    return [row for _number, row in itertools.islice(table.all_rows(file, reading), _SAMPLE_ROWS)]


def _separator(text: str) -> str:
    lines = text.splitlines()[:50]
    said = _SEP_LINE.match(lines[0].lstrip("\ufeff")) if lines else None
    if said:
        return said.group(1)
    if len(lines) > 1 and len(text) >= _SAMPLE_BYTES // 2:
        lines = lines[:-1]

    def fit(separator: str) -> tuple[int, int]:
        # How many rows have as many cells as most, and how many cells. Titles above the header have fewer.
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if any(row))
        except csv.Error:
            return (0, 0)
        width, rows = max(
            ((width, count) for width, count in widths.items() if width > 1), default=(0, 0), key=lambda x: x[1]
        )
        return (rows, width)

    best = max(_SEPARATORS, key=fit)
    return best if fit(best) > (0, 0) else ","


def _assigned(header: headers.Header, body: Sequence[list[str]], currency: str | None, answers: Answers) -> Assignment:
    plain = [[cell.replace(_FIGURE_POINT, POINT) for cell in column] for column in body]
    found = assign(header.headings, plain, currency) if header.found else headers.assign_by_content(plain)
    if answers.columns is not None:
        for index, key in answers.columns.items():
            if index < len(found.keys):
                found.asked.pop(index, None)
                found.keys[index] = key
        _take_back(found, answers.columns)
    return found


def _take_back(found: Assignment, chosen: dict[int, str]) -> None:
    """Withdraw what was only recognised where somebody has chosen another column, and questions that this answers."""
    for index, key in enumerate(found.keys):
        if index not in chosen and key in chosen.values() and key not in columns.SIGNS:
            found.keys[index] = columns.IGNORED
    for index, reason in list(found.asked.items()):
        wanted = {"left": columns.BALANCE, "value": columns.BALANCE}.get(reason, reason.removeprefix("two_"))
        if wanted in chosen.values():
            del found.asked[index]


def _with_evidence(
    reading: Reading,
    headings: Sequence[str],
    body: Sequence[list[str]],
    found: Assignment,
    currency: str | None,
    answers: Answers,
) -> Reading:
    amounts = _of(body, found.keys, columns.AMOUNTS)
    texts = [cell for cell in amounts if _FIGURE_POINT not in cell]
    plain = [cell.replace(_FIGURE_POINT, POINT) for cell in amounts]
    signs, order = (
        evidence.decimal_sign(texts, currency or ""),
        evidence.date_order(_of(body, found.keys, (columns.START, columns.END))),
    )
    if reading.format == XLSX:
        _refuse_swapped(_of(body, found.keys, (columns.END,)))
    cents, cents_cell = _cents(headings, found.keys, plain, currency)
    midnight = next((cell for cell in _of(body, found.keys, (columns.END,)) if _is_midnight(cell)), None)
    open_cells = {
        "sheet": ", ".join(reading.other_sheets) if "sheet" in reading.asked else None,
        "hidden_rows": next((a.partition(":")[2] for a in reading.asked if a.startswith("hidden_rows:")), None),
        "decimal_sign": signs.open_cell,
        "cents": cents_cell,
        "date_order": order.open_cell,
        "end_day": midnight,
    }
    given = answers.given()
    asked = [f"column:{index}:{reason}" for index, reason in sorted(found.asked.items())]
    asked += [f"{key}:{cell}" for key, cell in open_cells.items() if cell is not None and key not in given]
    return replace(
        reading,
        headings=tuple(headings),
        columns=tuple(found.keys),
        date_order=answers.date_order or order.choice,
        decimal_sign=answers.decimal_sign or signs.choice,
        cents=cents if answers.cents is None else answers.cents,
        end_included=answers.end_included is not False,
        empty_balance_is_unused=empty_balance_is_unused(list(headings)),
        settled=tuple(sorted(signs.settled | order.settled | given)),
        chosen=tuple(sorted(given)),
        asked=tuple(asked),
    )


def _refuse_swapped(ends: Sequence[str]) -> None:
    """Refuse dates of which a spreadsheet has probably swapped day and month, which no answer would put right."""
    left = evidence.swapped_dates(ends)
    if left and any(cells.is_date(cell) and not days.orders_of(cell) for cell in ends):
        raise UnreadableFile(
            _(
                "%s is a text, while the spreadsheet has read other dates of the column as days up to the 12th: it may"
                " have swapped their days and months. Export the list again, with dates such as 2030-12-31, or all"
                " as texts."
            )
            % left
        )


def _of(body: Sequence[list[str]], recognised: Sequence[str], keys: Sequence[str]) -> list[str]:
    return [cell for index, key in enumerate(recognised) if key in keys for cell in body[index] if cell]


def _cents(
    headings: Sequence[str], keys: Sequence[str], amounts: Sequence[str], currency: str | None
) -> tuple[bool, str | None]:
    """Return whether amounts are in the smallest unit, as headings say, and an amount that makes this doubtful."""
    said = {meaning(heading).cents for heading, key in zip(headings, keys, strict=False) if key in columns.AMOUNTS}
    if columns.BALANCE in keys and len(said) > 1:
        said = {meaning(headings[list(keys).index(columns.BALANCE)]).cents}
    if len(said) > 1:
        return False, amounts[0] if amounts else None
    if said == {True}:
        return True, evidence.decimals(amounts)
    return False, evidence.cents(amounts, currency or "")


def _is_midnight(cell: str) -> bool:
    try:
        found = days.date(cell, "dmy")
    except (ValueError, UndecidedError):
        return False
    return found is not None and days.is_midnight(found) and not cells.is_plain_number(cell)

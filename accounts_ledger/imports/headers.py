"""Where the header of a file is, what a file without one has in its columns, and what stands above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts_ledger.imports import cells, columns, currencies, signs
from accounts_ledger.imports.assign import Assignment
from accounts_ledger.imports.card_words import CONDITION_OF, status_word
from accounts_ledger.imports.errors import UnreadableFile
from accounts_ledger.imports.headings import meaning

#: Titles, filters and days of reports stand above the header, but not more of them.
_MOST_ABOVE = 20


@dataclass(frozen=True)
class Header:
    """``row`` is the position of the header among the rows with anything in them, or of the first row of cards."""

    row: int
    found: bool
    headings: tuple[str, ...]


def find(sample: Sequence[list[str]], wanted: bool | None = None) -> Header:
    """Return where the header of *sample* is. *wanted* says whether there is one, if somebody said so."""
    row = _best(sample)
    if wanted is False:
        return Header(_first_wide(sample), False, ())
    if row is None:
        first = _first_wide(sample)
        if wanted is None and any(cells.is_value(cell) for cell in sample[first] if cell):
            return Header(first, False, ())
        row = first
    return Header(row, True, tuple(sample[row]))


def _best(sample: Sequence[list[str]]) -> int | None:
    """Return the row that looks most like a header: the first with two known headings, else the first with one."""
    one = None
    width = max(len(row) for row in sample)
    for number, row in enumerate(sample[:_MOST_ABOVE]):
        filled = [cell for cell in row if cell]
        known = {said.key for said in map(meaning, filled) if said.key}
        found_values = sum(map(cells.is_value, filled))
        if found_values >= max(len(known), 1) or (len(filled) == 1 and width > 1):
            continue
        if len(known) > 1:
            return number
        if known and one is None and number <= _first_wide(sample):
            one = number
    return one


def _first_wide(sample: Sequence[list[str]]) -> int:
    """Return the first row with more than one cell, if there are such: titles have one."""
    if max(len(row) for row in sample) == 1:
        return 0
    return next(number for number, row in enumerate(sample) if sum(map(bool, row)) > 1)


def assign_by_content(body: Sequence[list[str]]) -> Assignment:
    """Recognise the columns of a file without a header by what is in them."""
    keys = [columns.IGNORED] * len(body)
    filled = [[cell for cell in column if cell] for column in body]
    for index, found in enumerate(filled):
        for key, test in ((columns.EMAIL, cells.is_email), (columns.END, cells.is_date)):
            if found and key not in keys and all(map(test, found)):
                keys[index] = key
                break
    free = [index for index, key in enumerate(keys) if not key and filled[index]]
    asked: dict[int, str] = {}
    money = [index for index in free if all(map(cells.is_amount, filled[index])) and _is_written(filled[index])]
    codes = [index for index in free if index not in money and cells.could_be_codes(filled[index])]
    if not money:
        numbers = [index for index in free if all(map(cells.is_amount, filled[index]))]
        money = [index for index in numbers if index not in codes] or (numbers if len(free) == 1 else [])
        codes = [index for index in codes if index not in money]
    for key, candidates in ((columns.BALANCE, money), (columns.CODE, codes)):
        if len(candidates) == 1:
            keys[candidates[0]] = key
        else:
            reason = f"two_{key}" if candidates else "value"
            open_ones = candidates or (free if key == columns.BALANCE else [])
            asked |= {index: reason for index in open_ones if not keys[index]}
    _look_for_signs(keys, asked, body)
    return Assignment(keys, asked)


def _look_for_signs(keys: list[str], asked: dict[int, str], body: Sequence[list[str]]) -> None:
    for index, column in enumerate(body):
        if keys[index] or index in asked:
            continue
        filled = [cell for cell in column if cell]
        if filled and all(CONDITION_OF.get(status_word(cell)) is not None for cell in filled if not cell.isdigit()):
            is_status = not all(cell.isdigit() or cells.is_flag(cell) for cell in filled)
            if is_status and columns.STATUS not in keys:
                keys[index] = columns.STATUS
                continue
        reason = signs.reason("", column)
        if reason:
            asked[index] = reason


def _is_written(found: list[str]) -> bool:
    return any(map(cells.is_written_amount, found))


def refuse_other_currency(
    headings: Sequence[str], keys: Sequence[str], above: Sequence[str], currency: str | None
) -> None:
    """Refuse a file whose headings of amounts, or whose title, say that it is in another currency than the batch.

    Raises:
        UnreadableFile: it does.
    """
    if not currency:
        return
    for heading, key in zip(headings, keys, strict=False):
        said = meaning(heading).currencies
        if key in columns.AMOUNTS and said and currency not in said:
            raise UnreadableFile(_other(heading, said, currency))
    for cell in above:
        said = frozenset().union(
            *(
                currencies.of_heading(word.strip("():,.;"))
                for word in cell.split()
                if word.isupper() or not word.isalpha()
            )
        )
        if said and currency not in said:
            raise UnreadableFile(_other(cell, said, currency))


def _other(text: str, said: frozenset[str], currency: str) -> str:
    return _(
        "“%(text)s” says that amounts are in %(said)s, and the batch is in %(currency)s. Choose another source account."
    ) % {
        "text": text[:80],
        "said": "/".join(sorted(said)[:4]),
        "currency": currency,
    }

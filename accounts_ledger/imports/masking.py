"""Codes in what is shown and kept of a file: hidden in whatever column they stand, however the file was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from accounts_ledger import codes
from accounts_ledger.imports import columns
from accounts_ledger.imports.reading import Reading

#: Fewer letters and figures are no code that anybody should use, and might be anything else.
_SHORTEST = 8
_SHORTEST_QUOTED = 4
_SEPARATORS = re.compile(r"[\s\-_./]+")
_DATE = re.compile(r"\d{1,4}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{1,4}")
#: Figures with a decimal sign, or with groups of thousands, are an amount.
_AMOUNT = re.compile(r"-?\d+[.,]\d{1,2}|-?\d{1,3}(?:[ .,]\d{3})+(?:[.,]\d{1,2})?")


def is_code_like(text: str) -> bool:
    """Return whether *text*, a cell of a file, could be the code of a card, by its looks alone."""
    text = text.strip()
    if _DATE.fullmatch(text) or _AMOUNT.fullmatch(text) or _is_prose(text):
        return False
    bare = _SEPARATORS.sub("", text)
    if len(bare) < _SHORTEST or not bare.isalnum():
        return False
    return any(character.isdigit() for character in bare) or bare.isupper()


def _is_prose(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and any(len(word) > 2 and word.isalpha() and not word.isupper() for word in words)


def masked(text: str) -> str:
    """Return *text*, masked if it could be a code."""
    return codes.mask(codes.normalise(text)) if is_code_like(text) else text


def masked_heading(text: str) -> str:
    """Return *text*, what a column is called, masked if it could be a code: the first card of a file without a header.

    Letters alone are a name: "CARDNUMBER".
    """
    return masked(text) if any(character.isdigit() for character in text) else text


def masked_cells(cells: Sequence[str], hidden: set[int]) -> list[str]:
    """Return the *cells* of a row: those in the columns *hidden*, and any that could be a code, are masked."""
    return [
        codes.mask(codes.normalise(cell)) if cell and index in hidden else masked(cell)
        for index, cell in enumerate(cells)
    ]


def masked_in(text: str, cells: Sequence[str], hidden: set[int]) -> str:
    """Return *text*, a sentence about a row, without those of its *cells* that `masked_cells` would mask."""
    for cell, shown in zip(cells, masked_cells(cells, hidden), strict=True):
        # What is shorter is no code, and stands in many words.
        if shown != cell and len(cell) >= _SHORTEST_QUOTED:
            text = text.replace(cell, shown)
    return text


def code_columns(options: dict[str, Any]) -> set[int]:
    """Return which columns of a batch's file have codes, or were once taken to have them."""
    reading = Reading.from_json(options["reading"])
    now = {index for index, key in enumerate(reading.columns) if key == columns.CODE}
    return now | set(options.get("code_columns", ()))


def with_code_columns(options: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return *options* of a batch, which remember where codes were by the options *before*."""
    if "reading" not in options or "reading" not in before:
        return options
    return {**options, "code_columns": sorted(code_columns(before) | code_columns(options))}


def without_codes(options: dict[str, Any]) -> dict[str, Any]:
    """Return *options* of a batch as they may be kept when its file is forgotten: no heading is a code."""
    reading = options.get("reading")
    if not reading:
        return options
    return {**options, "reading": {**reading, "headings": [masked_heading(text) for text in reading["headings"]]}}

"""Writes CSV, a line at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from accounts_ledger.files.cell_values import cell_value

CONTENT_TYPE = "text/csv; charset=utf-8"
#: The byte order mark without which Excel takes UTF-8 for Windows-1252.
_MARK = "\ufeff"


class _Line:
    """Stands in for the file of `csv.writer`, which returns what `write` returns: the line."""

    def write(self, line: str) -> str:
        return line


def lines(rows: Iterable[Iterable[Any]], *, for_spreadsheets: bool = True) -> Iterator[str]:
    """Yield the file line by line; none of its texts runs as a formula.

    Args:
        rows: values of any type, see `cell_value`. What they come from is read while the lines are taken.
        for_spreadsheets: begin with a byte order mark. Accounting systems stumble over it.
    """
    writer: Any = csv.writer(_Line())
    if for_spreadsheets:
        yield _MARK
    for row in rows:
        yield writer.writerow([cell_value(value) for value in row])

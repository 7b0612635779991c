"""A report as CSV: a block a table, then the footer; a stream, so that size does not matter."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any

from accounts_ledger.reports.rendering import cells
from accounts_ledger.reports.table import Column, Result, Row


class _Line:
    """What `csv.writer` writes to: it gives each line straight back."""

    def write(self, line: str) -> str:
        return line


def stream(result: Result, footer: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the file line by line. It starts with a byte order mark, without which Excel takes it for Windows-1252."""
    writer: Any = csv.writer(_Line())
    yield "\ufeff"
    for table in result.tables:
        if len(result.tables) > 1:
            yield writer.writerow([cells.text(table.title)])
        yield writer.writerow([cells.text(column.title) for column in table.columns])
        for row in table.all_rows():
            yield writer.writerow([_field(column, row) for column in table.columns])
        yield writer.writerow([])
    for proof in result.proofs:
        figures = [part for label, figure in proof.figures for part in (cells.text(label), str(figure))]
        yield writer.writerow([cells.text(proof.claim), "OK" if proof.holds else "DOES NOT HOLD", *figures])
    for label, value in footer:
        yield writer.writerow([cells.text(label), cells.text(value)])


def _field(column: Column, row: Row) -> str:
    value = cells.exact(column, row.values.get(column.name))
    return "" if value is None else str(value)

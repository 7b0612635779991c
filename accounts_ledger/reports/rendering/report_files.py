"""A report as a file, with the rows and figures of its page: CSV with a block a table, a workbook with a sheet a table.

Below them stand the proofs and the footer: as of when, by whom, with which parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _

from accounts_ledger.files import csv_writer, xlsx_writer
from accounts_ledger.files.xlsx_writer import Sheet, Totals
from accounts_ledger.reports.table import Column, Result, Row, Table

_FORMATS = {"money": xlsx_writer.MONEY_FORMAT, "number": "0", "share": "0.0%"}
_WIDTHS = {"money": 16, "number": 12, "share": 12, "date": 13, "moment": 20, "text": 28}

Footer = Sequence[tuple[str, str]]


def csv_lines(result: Result, footer: Footer) -> Iterator[str]:
    """Yield the report as CSV line by line: a stream, so that size does not matter."""
    return csv_writer.lines(_blocks(result, footer))


def workbook(result: Result, footer: Footer) -> IO[bytes]:
    """Return the report as a workbook: an open temporary file, at its start.

    Raises:
        TooManyRows: a table has more rows than a sheet.
    """
    for table in result.tables:
        xlsx_writer.check_room(len(table.rows))
    about = Sheet(_("About"), (), [*_proofs(result), *footer])
    return xlsx_writer.write([*map(_sheet, result.tables), about])


def _blocks(result: Result, footer: Footer) -> Iterator[Sequence[Any]]:
    for table in result.tables:
        if len(result.tables) > 1:
            yield [table.title]
        yield [column.title for column in table.columns]
        for row in table.all_rows():
            yield _values(table, row)
        yield []
    for verdict, *figures in _proof_groups(result):
        yield [*verdict, *(part for figure in figures for part in figure)]
    yield from footer


def _sheet(table: Table) -> Sheet:
    rows = (_values(table, row) if row.level == "row" else Totals(_values(table, row)) for row in table.all_rows())
    return Sheet(
        str(table.title),
        [column.title for column in table.columns],
        rows,
        widths=[_WIDTHS[column.kind] for column in table.columns],
        formats=[_FORMATS.get(column.kind) for column in table.columns],
    )


def _proofs(result: Result) -> Iterator[Sequence[Any]]:
    for group in _proof_groups(result):
        yield from group


def _proof_groups(result: Result) -> Iterator[list[Sequence[Any]]]:
    """Yield for each proof what it claims and whether that holds, then its figures with their labels."""
    for proof in result.proofs:
        yield [(proof.claim, "OK" if proof.holds else "DOES NOT HOLD"), *proof.figures]


def _values(table: Table, row: Row) -> list[Any]:
    return [_value(column, row) for column in table.columns]


def _value(column: Column, row: Row) -> Any:
    value = row.values.get(column.name)
    if column.kind == "share" and isinstance(value, Decimal):
        return value.quantize(Decimal("0.0001"))
    return value

"""A report as an Excel workbook: a sheet a table, and one for the proof and the footer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from accounts_ledger.reports.rendering import cells
from accounts_ledger.reports.table import Column, Result, Row, Table

_FORMATS = {"money": "#,##0.00", "number": "0", "share": "0.0%", "date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss"}
_WIDTHS = {"money": 16, "number": 12, "share": 12, "date": 13, "moment": 20, "text": 28}
_BOLD = Font(bold=True)


def write(result: Result, footer: Sequence[tuple[str, str]]) -> IO[bytes]:
    """Return the workbook as an open temporary file, at its start. Written row by row: memory stays flat."""
    workbook = Workbook(write_only=True)
    titles: set[str] = set()
    for table in result.tables:
        _sheet(workbook, table, _title(str(table.title), titles))
    about = workbook.create_sheet(_title(_("About"), titles))
    for proof in result.proofs:
        about.append([cells.text(proof.claim), "OK" if proof.holds else "DOES NOT HOLD"])
        for label, figure in proof.figures:
            about.append([cells.text(label), figure])
    for label, value in footer:
        about.append([cells.text(label), cells.text(value)])
    file = TemporaryFile()  # noqa: SIM115  (the response closes it when it was sent)
    workbook.save(file)
    file.seek(0)
    return file


def _sheet(workbook: Workbook, table: Table, title: str) -> None:
    sheet = workbook.create_sheet(title)
    for number, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS[column.kind]
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, cells.text(column.title)) for column in table.columns])
    for row in table.all_rows():
        sheet.append([_cell(sheet, column, row) for column in table.columns])


def _cell(sheet: Any, column: Column, row: Row) -> Any:
    cell = WriteOnlyCell(sheet, cells.exact(column, row.values.get(column.name)))
    if column.kind in _FORMATS and not isinstance(cell.value, str):
        cell.number_format = _FORMATS[column.kind]
    if row.level != "row":
        cell.font = _BOLD
    return cell


def _bold(sheet: Any, value: str) -> Any:
    cell = WriteOnlyCell(sheet, value)
    cell.font = _BOLD
    return cell


def _title(wanted: str, taken: set[str]) -> str:
    """Return a sheet title that Excel accepts: no special characters, at most 31, and unique."""
    base = re.sub(r"[\[\]:*?/\\']", " ", wanted).strip()[:31] or "Sheet"
    title, number = base, 1
    while title.lower() in taken:
        number += 1
        title = f"{base[:27]} {number}"
    taken.add(title.lower())
    return title

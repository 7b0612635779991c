"""An Excel workbook of one sheet, however long: openpyxl makes it with its headings, the rows are put in as text.

openpyxl takes some twenty times as long for a row, and a page must answer before the server gives up on it. Memory
stays flat.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.styles import Font

#: Rows that a sheet can have, its heading among them.
MOST_ROWS = 1_048_576
#: Characters that a cell can have.
_LONGEST = 32_767

_FORMATS = {Decimal: "#,##0.00", datetime.date: "yyyy-mm-dd", datetime.datetime: "yyyy-mm-dd hh:mm:ss"}
_FIRST_DAY = datetime.datetime(1899, 12, 30)
_ONE_DAY = datetime.timedelta(days=1)
#: Control characters, which XML cannot hold.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

_SHEET = "xl/worksheets/sheet1.xml"
_END_OF_ROWS = b"</sheetData>"

Styles = dict[type, int]


def write(headings: Sequence[str], rows: Iterable[Iterable[Any]]) -> IO[bytes]:
    """Return the workbook as an open temporary file, at its start.

    Args:
        rows: cells are texts, ints, Decimals, dates, naive datetimes, or None.
    """
    skeleton, styles = _skeleton(headings)
    file = TemporaryFile()  # noqa: SIM115  (the response closes it when it was sent)
    with ZipFile(skeleton) as made, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name in made.namelist():
            if name != _SHEET:
                archive.writestr(name, made.read(name))
        before, after = made.read(_SHEET).split(_END_OF_ROWS)
        with archive.open(_SHEET, "w") as sheet:
            sheet.write(re.sub(rb"<dimension [^>]*>", b"", before))  # it would say that there is one row
            for row in rows:
                sheet.write(f"<row>{''.join(_cell(value, styles) for value in row)}</row>".encode())
            sheet.write(_END_OF_ROWS + after)
    file.seek(0)
    return file


def _skeleton(headings: Sequence[str]) -> tuple[IO[bytes], Styles]:
    """Return the workbook without rows, and the numbers by which its styles are known in it."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.freeze_panes = "A2"
    for number, heading in enumerate(headings, 1):
        sheet.cell(1, number, heading).font = Font(bold=True)
    styles = _styles(workbook)
    file = BytesIO()
    workbook.save(file)
    return file, styles


def _styles(workbook: Workbook) -> Styles:
    """Add a style for each kind of value: by a cell of a sheet that is then thrown away."""
    scratch, styles = workbook.create_sheet(), {}
    for number, (kind, number_format) in enumerate(_FORMATS.items(), 1):
        cell = scratch.cell(1, number)
        cell.number_format = number_format
        styles[kind] = cell.style_id
    workbook.remove(scratch)
    return styles


def _cell(value: Any, styles: Styles) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        printable = _UNPRINTABLE.sub("", value)[:_LONGEST]
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(printable)}</t></is></c>'
    if isinstance(value, datetime.datetime):
        return f'<c s="{styles[datetime.datetime]}"><v>{(value - _FIRST_DAY) / _ONE_DAY}</v></c>'
    if isinstance(value, datetime.date):
        return f'<c s="{styles[datetime.date]}"><v>{(value - _FIRST_DAY.date()).days}</v></c>'
    if isinstance(value, Decimal):
        return f'<c s="{styles[Decimal]}"><v>{value:f}</v></c>'
    return f"<c><v>{value:d}</v></c>"

"""The sheets of an XLSX file, of which no more is read than their rows are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader, ReadOnlyWorksheet
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from accounts_ledger.imports import limits, number_formats
from accounts_ledger.imports.errors import UnreadableFile

#: Formats with the currency of whoever looks at the sheet. openpyxl calls all of them dollars.
_IN_LOCAL_CURRENCY = frozenset({5, 6, 7, 8, 37, 38, 39, 40, 41, 42, 43, 44})


@dataclass(frozen=True)
class SheetName:
    """A sheet of a file, and whether the file hides it."""

    name: str
    is_hidden: bool


@dataclass(frozen=True)
class Figure:
    """A number in a cell, as text with a point, whatever the sign is that texts of the file have."""

    text: str


#: A row: its number, whether it is hidden or struck through, and what is in its cells.
SheetRow = tuple[int, bool, list[Any]]


class Book:
    """An open XLSX file.

    openpyxl's own ``load_workbook`` reads all texts of the file, and through every sheet that does not say how large it
    is: seconds for a long list of which the first rows are wanted.
    """

    def __init__(self, file: IO[bytes]) -> None:
        """Raises whatever openpyxl stumbles upon in a file that is damaged or is none."""
        self._reader = ExcelReader(file, read_only=True, data_only=True)
        self._reader.read_manifest()
        self._reader.read_workbook()
        apply_stylesheet(self._reader.archive, self._reader.wb)  # which cells are dates, and how numbers are shown
        self._texts = _Texts(self._reader)
        self._paths: dict[str, str] = {}
        #: First and last row of cells that are one over several rows, known once all rows were read.
        self.merged_rows: list[tuple[int, int]] = []
        self.sheets: list[SheetName] = []
        for sheet, part in self._reader.parser.find_sheets():
            if "chartsheet" not in part.Type:
                self._paths[sheet.name] = part.target
                self.sheets.append(SheetName(sheet.name, sheet.state != "visible"))

    def rows(self, name: str = "") -> Iterator[SheetRow]:
        """Yield the rows of the sheet called *name*, of the first one if there is none (any more)."""
        path = self._paths.get(name) or self._paths[self.sheets[0].name]
        return _Sheet(self._reader.wb, "", path, self._texts).numbered_rows(self.merged_rows)


class _Sheet(ReadOnlyWorksheet):
    def _get_size(self) -> None:
        """Leave the size open. What a file says of it may be wrong, and rows beyond it would be left out."""

    def numbered_rows(self, merged_rows: list[tuple[int, int]]) -> Iterator[SheetRow]:
        book = self.parent
        shown: dict[int, Any] = {0: None}
        struck = self._struck_styles()
        with self._get_source() as source:
            parser = _Parser(
                source,
                self._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for number, cells in parser.parse():
                attributes = parser.row_dimensions.pop(str(number), {})
                row: list[Any] = []
                is_struck = False
                for cell in cells:
                    if cell["value"] is None or cell["column"] > limits.MAX_COLUMNS + 1:
                        continue
                    row += [None] * (cell["column"] - len(row) - 1)
                    row[cell["column"] - 1 :] = [self._value(cell, shown)]
                    is_struck = is_struck or cell["style_id"] in struck
                yield number, is_struck or attributes.get("hidden") in ("1", "true"), row
        for merged in getattr(parser.merged_cells, "mergeCell", None) or ():
            first, _colon, last = merged.ref.partition(":")
            rows = [int("".join(filter(str.isdigit, corner))) for corner in (first, last or first)]
            if rows[0] != rows[1]:
                merged_rows.append((rows[0], rows[1]))

    def _struck_styles(self) -> frozenset[int]:
        """Return the styles whose text is struck through: how people cross a card out."""
        book = self.parent
        return frozenset(
            number for number, style in enumerate(book._cell_styles) if book._fonts[style.fontId].strikethrough
        )

    def _value(self, cell: dict[str, Any], shown: dict[int, Any]) -> Any:
        value, style = cell["value"], cell["style_id"]
        if cell["data_type"] != "n" or isinstance(value, bool):
            return value
        if style not in shown:
            shown[style] = number_formats.shown_by(self._format(style))
        show = shown[style]
        return Figure(show(value) if show else number_formats.plain(value))

    def _format(self, style: int) -> str:
        identifier = self.parent._cell_styles[style].numFmtId
        if identifier in _IN_LOCAL_CURRENCY:
            return "0.00"
        if identifier < BUILTIN_FORMATS_MAX_SIZE:
            return BUILTIN_FORMATS.get(identifier, "General")
        formats: Any = self.parent._number_formats
        return str(formats[identifier - BUILTIN_FORMATS_MAX_SIZE])


class _Parser(WorkSheetParser):
    """openpyxl's, but one that tells a formula without a result from an empty cell."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None and element.get("t") != "str":
            raise UnreadableFile(
                _("The formula in cell %s has no result in the file. Save it in a spreadsheet, then upload it again.")
                % element.get("r", "")
            )
        return cell


class _Texts:
    """The texts that cells refer to by number, read as far as the highest number that was asked for."""

    def __init__(self, reader: ExcelReader) -> None:
        part = reader.package.find(SHARED_STRINGS)
        self._read: list[str] = []
        self._unread = _texts_in(reader.archive.open(part.PartName[1:])) if part else iter(())

    def __getitem__(self, number: int) -> str:
        while len(self._read) <= number:
            self._read.append(next(self._unread))
        return self._read[number]


def _texts_in(part: IO[bytes]) -> Iterator[str]:
    for _event, node in iterparse(part):
        if node.tag == f"{{{SHEET_MAIN_NS}}}si":
            # The escape of an underscore that would start an escape.
            yield Text.from_tree(node).content.replace("_x005F_", "_")
            node.clear()

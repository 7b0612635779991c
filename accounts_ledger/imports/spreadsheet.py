"""The first sheet of an XLSX file, of which no more is read than its rows are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader, ReadOnlyWorksheet
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse


def first_sheet(file: IO[bytes]) -> ReadOnlyWorksheet:
    """Return the first sheet of *file*, whatever the others are.

    openpyxl's own ``load_workbook`` reads all texts of the file, and through every sheet that does not say how large it
    is: seconds for a long list of which the first rows are wanted.

    Raises:
        Exception: whatever openpyxl stumbles upon in a file that is damaged or is none.
    """
    reader = ExcelReader(file, read_only=True, data_only=True)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)  # which cells are dates
    paths = [part.target for _sheet, part in reader.parser.find_sheets() if "chartsheet" not in part.Type]
    return _Sheet(reader.wb, "", paths[0], _Texts(reader))


class _Sheet(ReadOnlyWorksheet):
    def _get_size(self) -> None:
        """Leave the size open. What a file says of it may be wrong, and rows beyond it would be left out."""


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

"""Spreadsheets: only as much is read as is asked for, and all rows when all are asked for."""

from __future__ import annotations

import io
import zipfile
from itertools import islice

import pytest
from openpyxl import Workbook

from accounts_ledger.imports.errors import UnreadableFile
from accounts_ledger.imports.reading import XLSX, Reading
from accounts_ledger.imports.sniff import sniff
from accounts_ledger.imports.table import all_rows, rows

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, SECOND_SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml"
TEXTS_ARE_HERE = (
    f'<Override PartName="/{TEXTS}" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
#: Beyond what an XML parser reads at once.
MANY = 20_000


def spreadsheet(parts: dict[str, str]) -> io.BytesIO:
    """A file with two sheets, whose *parts* say this instead."""
    book = Workbook()
    book.create_sheet()
    plain, file = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        said = {name: source.read(name).decode() for name in source.namelist()} | parts
        if TEXTS in parts and TEXTS not in said["[Content_Types].xml"]:
            said["[Content_Types].xml"] = said["[Content_Types].xml"].replace("</Types>", TEXTS_ARE_HERE)
        for name, contents in said.items():
            target.writestr(name, contents)
    return file


def sheet(cells: list[str], size: str = "", end: str = "</sheetData></worksheet>") -> str:
    lines = "".join(f'<row r="{number}">{cell}</row>' for number, cell in enumerate(cells, 1))
    return f'<worksheet xmlns="{NAMESPACE}">{size}<sheetData>{lines}{end}'


def text(number: int, words: str) -> str:
    return f'<c r="A{number}" t="inlineStr"><is><t>{words}</t></is></c>'


def long_list(end: str) -> str:
    """A sheet that does not say how large it is, with *end* after its rows."""
    return sheet([text(1, "code"), *(text(number, f"CARD-{number}") for number in range(2, MANY))], end=end)


def test_a_sheet_is_not_read_through_to_recognise_it():
    damaged_at_the_end = spreadsheet({SHEET: long_list(end="<<<")})

    assert sniff(damaged_at_the_end).columns == ("code",)


def test_what_is_damaged_further_down_shows_when_all_is_read():
    with pytest.raises(UnreadableFile, match="damaged"):
        list(all_rows(spreadsheet({SHEET: sheet([text(1, "code")], end="<<<")}), Reading(format=XLSX)))


def test_other_sheets_are_not_read():
    assert sniff(spreadsheet({SHEET: sheet([text(1, "code")]), SECOND_SHEET: "<<<"})).columns == ("code",)


@pytest.mark.parametrize(
    "size", ["", '<dimension ref="A1"/>', '<dimension ref="A1:A2"/>', '<dimension ref="A1:ZZ99"/>']
)
def test_whatever_a_sheet_says_of_its_size_all_rows_are_read(size):
    cells = [text(1, "code"), text(2, "ALPHA-1"), text(3, "BRAVO-2")]

    found = rows(spreadsheet({SHEET: sheet(cells, size)}), Reading(format=XLSX))

    assert list(found) == [(2, ["ALPHA-1"]), (3, ["BRAVO-2"])]


def with_texts(texts: str, numbers: list[int]) -> io.BytesIO:
    cells = [f'<c r="A{row}" t="s"><v>{number}</v></c>' for row, number in enumerate(numbers, 1)]
    return spreadsheet({SHEET: sheet(cells), TEXTS: f'<sst xmlns="{NAMESPACE}">{texts}'})


def test_texts_that_cells_share_are_read_in_any_order():
    file = with_texts(
        "<si><t>ALPHA</t></si><si><r><t>code</t></r></si><si><t>A_x005F_x0041_</t></si></sst>", [1, 2, 0, 2]
    )

    assert [cells for _row, cells in all_rows(file, Reading(format=XLSX))] == [
        ["code"],
        ["A_x0041_"],
        ["ALPHA"],
        ["A_x0041_"],
    ]


def test_texts_are_not_read_through_for_the_first_rows():
    texts = "".join(f"<si><t>CARD-{number}</t></si>" for number in range(MANY)) + "<<<"
    found = all_rows(with_texts(texts, list(range(MANY))), Reading(format=XLSX))

    assert list(islice(found, 2)) == [(1, ["CARD-0"]), (2, ["CARD-1"])]


@pytest.mark.parametrize("number", [5, 10**9])
def test_a_text_that_is_not_there_is_damage(number):
    with pytest.raises(UnreadableFile, match="damaged"):
        sniff(with_texts("<si><t>code</t></si></sst>", [0, number]))

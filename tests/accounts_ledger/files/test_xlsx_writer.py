"""Excel workbooks: figures, days and moments as such, everything else as text, whatever the text is."""

import datetime
import os
import tempfile
import time
import tracemalloc
from decimal import Decimal as D

import pytest
from openpyxl import load_workbook

from accounts_ledger.files import xlsx_writer
from accounts_ledger.files.xlsx_writer import Sheet, TooManyRows, Totals


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """A folder for temporary files that is this test's alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def workbook(*rows, headings=("Heading",), title="Sheet", **options):
    with xlsx_writer.write([Sheet(title, headings, rows, **options)]) as file:
        return load_workbook(file)


def cell(value, **options):
    return workbook([value], **options).active["A2"]


@pytest.mark.parametrize(
    ("value", "read", "number_format"),
    [
        (D("1234.50"), 1234.5, "#,##0.00"),
        (D("-0.01"), -0.01, "#,##0.00"),
        (D("9999999999.99"), 9999999999.99, "#,##0.00"),
        (42, 42, "General"),
        (datetime.date(2026, 3, 1), datetime.datetime(2026, 3, 1), "yyyy-mm-dd"),
        (datetime.datetime(2026, 3, 1, 23, 59, 59), datetime.datetime(2026, 3, 1, 23, 59, 59), "yyyy-mm-dd hh:mm:ss"),
        ("0044", "0044", "General"),
        ("12345678901234567890", "12345678901234567890", "General"),
        (True, "Yes", "General"),
        (datetime.date(1899, 12, 31), "1899-12-31", "General"),
    ],
)
def test_excel_knows_each_value_by_its_type(value, read, number_format):
    found = cell(value)

    assert (found.value, found.number_format) == (read, number_format)


@pytest.mark.parametrize("empty", [None, ""])
def test_what_is_empty_is_an_empty_cell(empty):
    assert [found.value for found in workbook([empty, 7]).active[2]] == [None, 7]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("=1+1", "'=1+1"),
        ("bell \x07 and \x0b", "bell  and "),
        ("half a character \ud83d", "half a character "),
        ("two\r\nlines\rthree", "two\nlines\nthree"),
        ("  spaces kept  ", "  spaces kept  "),
        ("<b>&amp;</b> ]]>", "<b>&amp;</b> ]]>"),
        ("<r><t>XML of a sheet</t></r>", "<r><t>XML of a sheet</t></r> "),
        ("<r>&</r>", "<r>&</r> "),
        ("https://example.com/", "https://example.com/"),
        ("{=SUM(A1)}", "{=SUM(A1)}"),
        ("💷" * 20, "💷" * 20),
    ],
)
def test_every_text_stays_a_text(text, read):
    found = cell(text)

    assert (found.value, found.data_type, found.hyperlink) == (read, "s", None)


def test_a_text_that_is_too_long_for_a_cell_is_cut():
    assert len(cell("x" * 40_000).value) == 32_767


def test_headings_are_bold_and_stay_in_sight_and_columns_have_their_widths():
    sheet = workbook(["a", 1], headings=["Name", "=Number"], widths=[28, 12]).active

    assert sheet.freeze_panes == "A2"
    assert [(found.value, found.font.b) for found in sheet[1]] == [("Name", True), ("'=Number", True)]
    assert [round(sheet.column_dimensions[name].width) for name in "AB"] == [29, 13]


def test_totals_are_bold_and_keep_their_formats():
    sheet = workbook(["a", D("1")], Totals(["Total", D("1")]), headings=["Name", "Amount"]).active

    assert [[found.font.b for found in row] for row in sheet.iter_rows(min_row=2)] == [[False, False], [True, True]]
    assert sheet["B3"].number_format == "#,##0.00"


def test_a_column_can_have_a_format_of_its_own_which_texts_do_not_take():
    sheet = workbook([D("0.25")], ["none"], formats=["0.0%"]).active

    assert [sheet["A2"].number_format, sheet["A3"].number_format] == ["0.0%", "General"]


def test_a_sheet_without_headings_starts_with_its_first_row():
    sheet = workbook(["a"], headings=()).active

    assert (sheet["A1"].value, sheet.freeze_panes) == ("a", None)


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (["Cards", "cards"], ["Cards", "cards 2"]),
        (["a/b:c?[d]*'\\"], ["a b c  d"]),
        (["", "'"], ["Sheet", "Sheet 2"]),
        (["x" * 40, "x" * 40], ["x" * 31, "x" * 29 + " 2"]),
    ],
)
def test_sheets_have_titles_that_excel_accepts(wanted, titles):
    with xlsx_writer.write([Sheet(title, (), [["a"]]) for title in wanted]) as file:
        assert load_workbook(file).sheetnames == titles


def test_rows_that_do_not_fit_are_refused_and_never_left_out(monkeypatch, scratch):
    monkeypatch.setattr(xlsx_writer, "MAX_ROWS", 3)

    assert workbook([1], [2]).active.max_row == 3
    with pytest.raises(TooManyRows):
        workbook([1], [2], [3])
    assert list(scratch.iterdir()) == []


def test_rows_that_fail_on_the_way_leave_no_file_behind(scratch):
    def rows():
        yield ["CODE"]
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError, match="gone"):
        xlsx_writer.write([Sheet("Sheet", ["Code"], rows())])
    assert list(scratch.iterdir()) == []


def test_nobody_else_can_read_the_rows_on_their_way(scratch):
    def rows():
        (directory,) = scratch.glob("accounts-workbook-*")
        yield [f"{directory.stat().st_mode & 0o777:o}"]

    with xlsx_writer.write([Sheet("Sheet", ["Mode"], rows())]) as file:
        assert load_workbook(file).active["A2"].value == "700"


@pytest.mark.parametrize(("age", "stays"), [(3700, False), (60, True)])
def test_what_a_killed_process_left_is_removed_after_an_hour(scratch, age, stays):
    left = scratch / "accounts-workbook-killed"
    left.mkdir()
    (left / "rows").write_text("CODE")
    os.utime(left, (time.time() - age,) * 2)

    workbook(["a"])

    assert left.exists() is stays


def test_memory_does_not_grow_with_the_rows():
    def peak(number):
        tracemalloc.start()
        xlsx_writer.write([Sheet("Sheet", ["a", "b"], ([row, f"text {row}"] for row in range(number)))]).close()
        _now, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(10_000) < 1.5 * peak(500)

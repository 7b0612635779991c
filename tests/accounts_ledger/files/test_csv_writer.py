"""CSV: exact figures, no formulas, one line at a time."""

import csv
import datetime
import io
from decimal import Decimal as D

import pytest
from django.utils.translation import gettext_lazy

from accounts_ledger.files import csv_writer


def written(*rows, **options) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(csv_writer.lines(rows, **options)).removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (D("1234.50"), "1234.50"),
        (D("-50.00"), "-50.00"),
        (7, "7"),
        (True, "Yes"),
        (None, ""),
        ("", ""),
        (datetime.date(2026, 3, 1), "2026-03-01"),
        (datetime.datetime(2026, 7, 1, 12, 30, 5, 999, tzinfo=datetime.UTC), "2026-07-01 13:30:05"),
        (datetime.datetime(2026, 7, 1, 12, 30, 5), "2026-07-01 12:30:05"),
        (gettext_lazy("Gift cards"), "Gift cards"),
        ("0044", "0044"),
        ('two\r\nlines, "quoted"', 'two\r\nlines, "quoted"'),
    ],
)
def test_values_are_written_as_people_and_programs_read_them(value, field, settings):
    settings.TIME_ZONE = "Europe/London"

    assert written(["first", value]) == [["first", field]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_runs_as_a_formula(start):
    assert written([f"{start}1+1"]) == [[f"'{start}1+1"]]


def test_a_lazy_text_is_escaped_as_any_other():
    assert written([gettext_lazy("=1+1")]) == [["'=1+1"]]


def test_the_file_begins_with_the_mark_by_which_excel_knows_utf_8():
    assert next(csv_writer.lines([["a"]])) == "\ufeff"


def test_a_file_for_an_accounting_system_has_no_mark():
    assert next(csv_writer.lines([["a", "b"]], for_spreadsheets=False)) == "a,b\r\n"


def test_rows_are_read_as_their_lines_are_taken():
    taken: list[int] = []

    def rows():
        for number in range(1000):
            taken.append(number)
            yield [number]

    lines = csv_writer.lines(rows())
    for _line in range(3):
        next(lines)

    assert len(taken) == 2

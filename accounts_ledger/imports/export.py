"""Lists of a batch as files: codes for the printer, errors beside the rows they are in, a sample to start from."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts_ledger import codes, dates
from accounts_ledger.imports import content, table
from accounts_ledger.imports.reading import Reading
from accounts_ledger.models import GiftCardBatch

#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

SAMPLE = (
    ("code", "amount", "currency", "type", "email", "start", "end", "description"),
    ("", "25.00", "", "", "ann@example.com", "", "2027-12-31", "With our thanks"),
    ("GIFT-7XK2-94MB-Q3TD", "50.00", "", "", "", "2026-12-01", "2027-12-31", ""),
    ("", "100.00", "", "", "", "", "", ""),
)


class _Line:
    """What `csv.writer` writes to: it gives each line straight back."""

    def write(self, line: str) -> str:
        return line


def escape(cell: Any) -> str:
    """Return *cell* so that no spreadsheet takes it for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def lines(rows: Iterator[Any]) -> Iterator[str]:
    """Yield *rows* as CSV, with the mark by which spreadsheets know that it is UTF-8."""
    writer: Any = csv.writer(_Line())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([escape(cell) for cell in row])


def code_rows(batch: GiftCardBatch) -> Iterator[list[str]]:
    """Yield the codes of *batch* for printing: grouped for reading, with value, currency and last day of validity."""
    yield [_("Code"), _("Value"), _("Currency"), _("Valid until"), _("Account")]
    cards = batch.accounts.order_by("pk").values_list("code", "transactions__amount", "currency", "end_date", "pk")
    first_loads = cards.filter(transactions__sequence=1)
    for code, value, currency, end, pk in first_loads.iterator(chunk_size=2000):
        last = dates.last_day_before(end).isoformat() if end else ""
        yield [codes.display(code or ""), f"{value:.2f}", currency, last, str(pk)]


def problem_rows(batch: GiftCardBatch) -> Iterator[list[str]]:
    """Yield the errors of *batch*, each beside the row of the file that it is in."""
    reading = Reading.from_json(batch.options["reading"])
    yield [_("Row"), _("Column"), _("Value"), _("What is wrong"), *reading.headings]
    problems = batch.problems.order_by("row", "pk").iterator(chunk_size=2000)
    waiting = next(problems, None)
    with content.open_file(batch) as file:
        for number, cells in table.all_rows(file, reading):
            while waiting is not None and waiting.row == number:
                yield [str(number), waiting.column, waiting.value, waiting.message, *cells]
                waiting = next(problems, None)
            if waiting is None:
                return

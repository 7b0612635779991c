"""Xero's import of manual journals: one amount a line, positive is a debit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from accounts_ledger.files import csv_writer
from accounts_ledger.journal.entries import Entry

HEADER = ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount")
#: What Xero calls lines without tax, where staff chose nothing else.
NO_TAX = "No VAT"


def write(entries: Iterable[Entry], batch: str) -> Iterator[str]:
    return csv_writer.lines(_rows(entries, batch), for_spreadsheets=False)


def _rows(entries: Iterable[Entry], batch: str) -> Iterator[tuple[Any, ...]]:
    yield HEADER
    for entry in entries:
        # Xero makes one journal of all lines with the same narration and date, so the reference is part of it.
        narration = f"{batch} {entry.reference} {entry.narration}"
        for target, amount in ((entry.debit, entry.amount), (entry.credit, -entry.amount)):
            code = target.code or target.name
            yield (narration, f"{entry.day:%d/%m/%Y}", entry.narration, code, target.tax_rate or NO_TAX, amount)

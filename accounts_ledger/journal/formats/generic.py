"""Generic CSV: a line a side, debits and credits in columns of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from accounts_ledger.files import csv_writer
from accounts_ledger.journal.entries import Entry

HEADER = ("Batch", "Date", "Reference", "Narration", "Account code", "Account name", "Debit", "Credit", "Currency")


def write(entries: Iterable[Entry], batch: str) -> Iterator[str]:
    return csv_writer.lines(_rows(entries, batch), for_spreadsheets=False)


def _rows(entries: Iterable[Entry], batch: str) -> Iterator[tuple[Any, ...]]:
    yield HEADER
    for entry in entries:
        start = (batch, entry.day, entry.reference, entry.narration)
        yield (*start, entry.debit.code, entry.debit.name, entry.amount, "", entry.currency)
        yield (*start, entry.credit.code, entry.credit.name, "", entry.amount, entry.currency)

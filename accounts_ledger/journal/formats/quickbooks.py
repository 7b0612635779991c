"""QuickBooks' import of journal entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from accounts_ledger.files import csv_writer
from accounts_ledger.journal.entries import Entry

HEADER = ("Journal No", "Journal Date", "Account Name", "Description", "Debits", "Credits")


def write(entries: Iterable[Entry], batch: str) -> Iterator[str]:
    return csv_writer.lines(_rows(entries, batch), for_spreadsheets=False)


def _rows(entries: Iterable[Entry], batch: str) -> Iterator[tuple[Any, ...]]:
    yield HEADER
    for number, entry in enumerate(entries, 1):
        journal = f"{batch}-{number}"
        description = f"{entry.reference} {entry.narration}"
        yield (journal, f"{entry.day:%d/%m/%Y}", entry.debit.name, description, entry.amount, "")
        yield (journal, f"{entry.day:%d/%m/%Y}", entry.credit.name, description, "", entry.amount)

"""The formats that a journal is written in: each turns entries into lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts_ledger.journal.entries import Entry
from accounts_ledger.journal.formats import beancount, generic, hledger, quickbooks, xero


@dataclass(frozen=True)
class Format:
    title: Any
    extension: str
    write: Callable[[Iterable[Entry], str], Iterator[str]]


FORMATS: dict[str, Format] = {
    "csv": Format(_("CSV: debits and credits"), "csv", generic.write),
    "xero": Format(_("Xero manual journal (CSV)"), "csv", xero.write),
    "quickbooks": Format(_("QuickBooks journal (CSV)"), "csv", quickbooks.write),
    "hledger": Format(_("hledger"), "journal", hledger.write),
    "beancount": Format(_("Beancount"), "beancount", beancount.write),
}

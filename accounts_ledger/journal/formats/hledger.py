"""hledger's journal format: https://hledger.org/hledger.html#journal"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from accounts_ledger.journal.entries import Entry


def write(entries: Iterable[Entry], batch: str) -> Iterator[str]:
    yield f"; {batch}\n\n"
    for entry in entries:
        yield f"{entry.day:%Y-%m-%d} * ({_plain(entry.reference)}) {_plain(entry.narration)}\n"
        # Two spaces end an account's name.
        yield f"    {_account(entry.debit.name)}  {entry.amount} {entry.currency}\n"
        yield f"    {_account(entry.credit.name)}  {-entry.amount} {entry.currency}\n\n"


def _plain(text: str) -> str:
    """Return *text* on one line, without what hledger reads as a comment, a code or the end of a payee."""
    return re.sub(r"[;|()\s]+", " ", text).strip()


def _account(name: str) -> str:
    levels = (re.sub(r"[;()\[\]\s]+", " ", level).strip() or "Other" for level in name.split(":"))
    return ":".join(levels)

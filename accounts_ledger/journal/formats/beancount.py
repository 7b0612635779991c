"""Beancount's syntax: https://beancount.github.io/docs/beancount_language_syntax.html"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator

from accounts_ledger.journal.entries import Entry

_ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")


def write(entries: Iterable[Entry], batch: str) -> Iterator[str]:
    yield f"; {batch}\n\n"
    opened: set[str] = set()
    for entry in entries:
        for target in (entry.debit, entry.credit):
            name = _account(target.name)
            if name not in opened:
                opened.add(name)
                yield f"{datetime.date(1970, 1, 1)} open {name}\n"
        yield f'{entry.day:%Y-%m-%d} * "{_quoted(entry.narration)}" ^{_link(entry.reference)}\n'
        yield f"  {_account(entry.debit.name)}  {entry.amount} {entry.currency}\n"
        yield f"  {_account(entry.credit.name)}  {-entry.amount} {entry.currency}\n\n"


def _quoted(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')


def _link(reference: str) -> str:
    return re.sub(r"[^A-Za-z0-9./_-]", "-", reference)


def _account(name: str) -> str:
    """Return *name* as Beancount has accounts: a root that it knows, levels that start with a capital or a digit."""
    levels = [_level(level) for level in name.split(":")]
    if levels[0] not in _ROOTS:
        levels.insert(0, "Assets")
    if len(levels) == 1:
        levels.append("Other")
    return ":".join(levels)


def _level(level: str) -> str:
    cleaned = re.sub(r"[^\w]+|_+", "-", level).strip("-")
    return cleaned[:1].upper() + cleaned[1:] if cleaned else "Other"

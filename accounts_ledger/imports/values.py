"""What is read the same way wherever it stands: amounts, days, and what a spreadsheet has damaged for good."""

from __future__ import annotations

from accounts_ledger.imports.amounts import SCIENTIFIC, amount
from accounts_ledger.imports.days import NO_DATE, date

__all__ = ["NO_DATE", "amount", "date", "is_mangled"]


def is_mangled(text: str) -> bool:
    """Whether a spreadsheet made a number with an exponent of *text*: what it was is lost."""
    return bool(SCIENTIFIC.match(text.strip()))

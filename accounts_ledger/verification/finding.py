"""Finding: one thing that is not as the ledger's rules say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: ``ids`` says where (``{"account": 7, "transaction": 12}``), values are texts."""

    check: str
    message: str
    ids: dict[str, Any]
    expected: str
    found: str

    def __str__(self) -> str:
        where = ", ".join(f"{noun} {pk}" for noun, pk in self.ids.items())
        return f"{self.check}: {where}: {self.message} ({self.expected} ≠ {self.found})"

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain values, fit for JSON."""
        return {
            "check": self.check,
            "message": self.message,
            "ids": self.ids,
            "expected": self.expected,
            "found": self.found,
        }

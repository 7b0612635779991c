"""Control totals: what a batch comes to, per currency and account type."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass
class Totals:
    """Number and value of cards, the smallest and the largest one, in units of the batch's currency."""

    count: int = 0
    value: Decimal = Decimal(0)
    smallest: Decimal | None = None
    largest: Decimal | None = None
    by_type: dict[int, list[Any]] = field(default_factory=dict)

    def add(self, value: Decimal, account_type: int) -> None:
        self.count += 1
        self.value += value
        self.smallest = value if self.smallest is None or value < self.smallest else self.smallest
        self.largest = value if self.largest is None or value > self.largest else self.largest
        counted = self.by_type.setdefault(account_type, [0, Decimal(0)])
        counted[0] += 1
        counted[1] += value

    def as_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "value": str(self.value),
            "smallest": str(self.smallest or 0),
            "largest": str(self.largest or 0),
            "by_type": {str(pk): [count, str(value)] for pk, (count, value) in self.by_type.items()},
        }

"""What can be chosen for a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    rounds: int
    seconds: float
    #: Transactions of history on the hot account.
    history: int
    #: Cards in the expiry benchmark.
    cards: int
    #: Rows of the imported list.
    rows: int

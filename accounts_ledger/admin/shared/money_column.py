"""Amounts of money on admin pages: in the currency's format, right-aligned, figures of equal width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unfold.decorators import display

from accounts_ledger.money_markup import money

__all__ = ["money", "money_column"]


def money_column(*, description: Any, ordering: Any = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a column method that returns `money` (or None).

    The method's name must end in ``_money``: that is what the style sheet aligns right, heading and cells.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        if not method.__name__.endswith("_money"):
            raise ValueError(f"{method.__name__}: a money column's name must end in _money")
        return display(description=description, ordering=ordering, empty_value="–")(method)

    return decorate

"""Positions added up by the database, each account's balance looked up once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts_ledger.money import ZERO
from accounts_ledger.reports.subquery import fetched

#: More rows than there can be. A subquery with a limit is worked out as it is, by every database; without one it is
#: merged into the query around it, and the balance looked up wherever it is mentioned: to filter, to add up, to count.
_ALL = 2**62


def totals_by(positions: QuerySet[Any], *keys: str) -> Iterator[tuple[tuple[Any, ...], Decimal, int]]:
    """Yield the value and the number of the *positions* that are not empty, grouped by their annotations *keys*.

    Args:
        positions: what `AsOf.positions` returns, narrowed and annotated at will.
        keys: annotations that are integers or texts.
    """
    columns = ", ".join(keys)
    inner = positions.order_by().values(*keys, "balance_then")[:_ALL]
    outer = f"SELECT {columns}, SUM(balance_then), COUNT(*) FROM (%s) position"  # noqa: S608  (names of ours)
    outer += f" WHERE balance_then <> 0 GROUP BY {columns}"
    for *values, value, number in fetched(outer, inner):
        yield tuple(values), Decimal(value).quantize(ZERO), number

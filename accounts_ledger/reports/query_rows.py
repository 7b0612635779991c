"""Rows made from a queryset as they are needed: pages on screen, a stream for exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from accounts_ledger.reports.table import Row

_ROWS_AT_A_TIME = 2000


class QueryRows:
    """The rows of a table, of which only those that are looked at are read."""

    def __init__(self, queryset: QuerySet[Any], make_row: Callable[[Any], Row]) -> None:
        self.queryset = queryset
        self.make_row = make_row

    @cached_property
    def _count(self) -> int:
        return self.queryset.order_by().count()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return map(self.make_row, self.queryset.iterator(chunk_size=_ROWS_AT_A_TIME))

    def __getitem__(self, key: slice, /) -> Sequence[Row]:
        return [self.make_row(item) for item in self.queryset[key]]

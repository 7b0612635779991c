"""Months of the site's calendar, in Python and in queries."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from accounts_ledger import dates


def months_between(earlier: datetime.date, later: datetime.date) -> int:
    """Return how many months after *earlier*'s *later*'s is."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def last_day_after(month: datetime.date, months: int) -> datetime.date:
    """Return the last day of the month that is so many *months* after that of *month*."""
    number = month.year * 12 + month.month + months
    return datetime.date(number // 12, number % 12 + 1, 1) - datetime.timedelta(days=1)


@dataclass(frozen=True)
class Months:
    """The months from that of ``first`` through that of ``last``, numbered from 0."""

    first: datetime.date
    last: datetime.date

    @cached_property
    def days(self) -> list[datetime.date]:
        """The first day of each month."""
        start = self.first.year * 12 + self.first.month - 1
        count = max(months_between(self.first, self.last), 0) + 1
        return [datetime.date(number // 12, number % 12 + 1, 1) for number in range(start, start + count)]

    def number_of(self, moment: str) -> Any:
        """Return the expression for the number of the month of the field *moment*; what is outside, at the ends.

        It compares with the month's starts, as moments. To have the database cut a million moments to months in the
        site's time zone takes it several times as long.
        """
        starts = [dates.start_of(day) for day in self.days]

        def search(low: int, high: int) -> Any:
            if low == high:
                return Value(low, output_field=IntegerField())
            middle = (low + high + 1) // 2
            return Case(
                When(**{f"{moment}__lt": starts[middle]}, then=search(low, middle - 1)), default=search(middle, high)
            )

        return search(0, len(starts) - 1)

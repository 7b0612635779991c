"""A timeline: things that happen at moments of the past, in order, each of which may bring about later ones."""

from __future__ import annotations

import datetime
import heapq
import itertools
from collections.abc import Callable

from django.utils import timezone

from accounts_ledger import clock
from accounts_ledger.models import Account

Happening = Callable[[], object]


class Timeline:
    """Happenings by moment. What they post, and the history that they write, is dated with their moment."""

    def __init__(self, end: datetime.datetime) -> None:
        self.end = end
        self._queue: list[tuple[datetime.datetime, int, Happening]] = []
        self._numbers = itertools.count()

    def add(self, moment: datetime.datetime, happening: Happening) -> bool:
        """Let *happening* take place at *moment*; later than the timeline's end it does not, and False is returned."""
        if moment >= self.end:
            return False
        heapq.heappush(self._queue, (moment, next(self._numbers), happening))
        return True

    def run(self) -> int:
        """Let everything happen in order, and return how much did."""
        happened = 0
        while self._queue:
            moment, _number, happening = heapq.heappop(self._queue)
            started = timezone.now()
            with clock.at(moment):
                happening()
            # simple-history dates its rows with today, and cannot be told otherwise from outside the facade.
            Account.history.filter(history_date__gte=started).update(history_date=moment)
            happened += 1
        return happened

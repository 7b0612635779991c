"""The moment at which transfers are dated.

Normally None: the database's own clock, read under the account locks, so that dates and running balances have the
same order. Demo data and tests of reports turn it back with `at`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_moment: ContextVar[datetime.datetime | None] = ContextVar("ledger_clock", default=None)


def moment() -> datetime.datetime | None:
    """Return the moment that transfers are dated with, or None for the database's clock."""
    return _moment.get()


def now() -> datetime.datetime:
    """Return the moment that what is written beside transfers is dated with: accounts, and their history."""
    return moment() or timezone.now()


@contextmanager
def at(moment: datetime.datetime) -> Iterator[None]:
    """Date everything posted in the block with *moment*, which must not be earlier than the accounts' last movement."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)

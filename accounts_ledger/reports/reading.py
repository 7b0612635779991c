"""How a report reads the ledger: all of it as it was at one moment, with room to add up in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db import connections, router

from accounts_ledger.models import Transfer
from accounts_ledger.verification.snapshot import snapshot

# A report groups a million rows into a few hundred, but PostgreSQL expects about as many groups as rows. With its usual
# 4 MB it would sort them all on disk; the memory that it may use instead is not used, because the groups are few.
# It also takes 100,000 looks at an index for so much work that compiling the query would pay, which it does not.
_POSTGRESQL = "SELECT set_config('work_mem', '128MB', true), set_config('jit', 'off', true)"


@contextmanager
def consistent_snapshot() -> Iterator[None]:
    """Show everything read in the block as it was at one moment, so that figures of several queries agree.

    Transfers go on meanwhile. Without this, one that is posted between two queries would break a report's proof.
    """
    connection = connections[router.db_for_read(Transfer)]
    with snapshot(connection):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(_POSTGRESQL)
        yield


def streamed(lines: Callable[[], Iterable[str]]) -> Iterator[str]:
    """Yield the lines of a file that is read while it is sent, all as of the moment at which the first one is."""
    with consistent_snapshot():
        yield from lines()

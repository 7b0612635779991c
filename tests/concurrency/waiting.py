"""Waiting for another connection to wait for a lock: the moment at which races happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

_PATIENCE_SECONDS = 20


def in_thread(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Start *act* in a thread with a connection of its own; the list gets what it returns, or its exception."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(act())
        except Exception as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def until(
    condition: Callable[[], Any],
    seconds: float = _PATIENCE_SECONDS,
    otherwise: Callable[[], str] = lambda: "it did not come true",
) -> None:
    """Wait for *condition* to be true; *otherwise* says what went wrong."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)


def others_at_work() -> list[str]:
    """Return the last statement of each other connection to this PostgreSQL database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return [query for (query,) in cursor.fetchall()]


def until_somebody_waits_for_a_lock() -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            # Within a transaction PostgreSQL would show the activity of the first look for ever.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waited for a lock")

"""Acts at the same moment, each over a connection of its own, on a database that lets them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run *acts* at the same moment and return what they return."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[number] = act()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def _threads_share_the_database(db: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads do not share SQLite's in-memory database")

"""Processes that post as fast as they can, each over its own connection, and how many transfers a second that makes."""

from __future__ import annotations

import multiprocessing
import os
import time
import traceback
from collections.abc import Callable
from typing import Any

#: Steps that each process does before the clock starts: connecting, importing, planning.
_WARM_UP = 30

#: Returns the step to be repeated; called in the process, once its connection points at the right database.
Prepare = Callable[[], Callable[[], object]]

_fork = multiprocessing.get_context("fork")


def transfers_per_second(database: str, processes: int, seconds: float, prepare: Prepare) -> float:
    """Return the steps per second that *processes* do together on *database* over *seconds*."""
    use_database(database)
    outcomes: Any = _fork.Queue()
    start = _fork.Barrier(processes)
    clients = [_fork.Process(target=_client, args=(start, seconds, prepare, outcomes)) for _ in range(processes)]
    for client in clients:
        client.start()
    rates = [outcomes.get() for _ in clients]
    for client in clients:
        client.join()
    failures = [rate for rate in rates if isinstance(rate, str)]
    if failures:
        raise RuntimeError(failures[0])
    return sum(rates)


def use_database(name: str) -> None:
    """Let this process and those forked from it use the database *name* of the same server."""
    from django.db import connections

    connections.close_all()  # a connection must not be shared with forked processes
    connections["default"].settings_dict["NAME"] = name


def _client(start: Any, seconds: float, prepare: Prepare, outcomes: Any) -> None:
    # What the ledger logs is formatted and written, as in production, but not shown.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        step = prepare()
        for _ in range(_WARM_UP):
            step()
        start.wait(timeout=60)
        outcomes.put(_rate(step, seconds))
    except BaseException:
        start.abort()
        outcomes.put(traceback.format_exc())


def _rate(step: Callable[[], object], seconds: float) -> float:
    begin = now = time.perf_counter()
    steps = 0
    while now - begin < seconds:
        step()
        steps += 1
        now = time.perf_counter()
    return steps / (now - begin)

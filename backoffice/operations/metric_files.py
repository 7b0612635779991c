"""Files in which processes count, one each, that any of them can read: one scrape sees what all have counted.

prometheus-client names the files by process id. Workers are renewed and cron starts commands all day, so there would
be more of them every hour. Here a process takes the lowest number that no living process has, and counts on in the
files of whoever had it before: there are never more than processes that ran at once, and no counter ever goes back.
"""

from __future__ import annotations

import fcntl
import os
from itertools import count
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from prometheus_client import values


def use(folder: Path) -> None:
    """Have all metrics that are defined from now on counted in *folder*, which is made if it is missing.

    Raises:
        ImproperlyConfigured: this process may not write there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"METRICS_DIR: {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"METRICS_DIR: the user that this runs as may not write to {folder}.")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # prometheus-client looks there
    values.ValueClass = values.MultiProcessValue(_Slot(folder))  # type: ignore[no-untyped-call]  # the client has no types here


class _Slot:
    """The number of this process. A lock that ends with the process keeps others off it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process, self._number = 0, 0

    def __call__(self) -> int:
        if self._process != os.getpid():  # the first time, or after a fork
            self._number = self._take()
            self._process = os.getpid()
        return self._number

    def _take(self) -> int:
        for number in count():
            try:
                self._lock = (self._folder / f"slot-{number}.lock").open("a")
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):
                continue  # taken, or another user's
            return number
        raise AssertionError("unreachable: numbers do not end")

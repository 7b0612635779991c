"""What to do when the database could not serialise a posting with what others did at the same moment."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from accounts_ledger.exceptions import ConcurrentUpdate

ATTEMPTS = 5
_BACKOFF_SECONDS = 0.02

#: serialization_failure, deadlock_detected, lock_not_available
_TRANSIENT_SQLSTATES = frozenset({"40001", "40P01", "55P03"})

Result = TypeVar("Result")


def retry_on_conflict(connection: BaseDatabaseWrapper, run: Callable[[], Result]) -> Result:
    """Return ``run()``, repeated a bounded number of times while the database refuses it for others' sake.

    Repeated only when *run* is the whole transaction. Inside a caller's transaction a repetition cannot help: what
    the caller read before is gone with it.

    Raises:
        ConcurrentUpdate: it was refused every time, or once inside a caller's transaction.
    """
    attempts = 1 if connection.in_atomic_block else ATTEMPTS
    for attempt in range(1, attempts + 1):
        try:
            return run()
        except (OperationalError, ConcurrentUpdate) as error:
            if isinstance(error, OperationalError) and not _is_transient(error):
                raise
            if attempt == attempts:
                raise concurrent_update() from error
            jitter = random.uniform(0.5, 1.5)  # noqa: S311  (spreads retries, keeps no secret)
            time.sleep(jitter * _BACKOFF_SECONDS * 2**attempt)
    raise AssertionError("unreachable: the last attempt returns or raises")


def concurrent_update() -> ConcurrentUpdate:
    return ConcurrentUpdate(
        _("The accounts are being changed by others at this moment. Nothing was moved; please try again.")
    )


def _is_transient(error: OperationalError) -> bool:
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    return sqlstate in _TRANSIENT_SQLSTATES or "database is locked" in str(error)

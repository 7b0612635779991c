"""Readiness: a process can serve if its database is there, takes writes and has the tables that the code expects."""

from __future__ import annotations

import logging
import threading
import time

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from accounts_ledger import code_keys, code_rotation

logger = logging.getLogger("backoffice")

#: Seconds between two looks for pending migrations, which reads all migration files. None pending: no look ever again.
_BETWEEN_LOOKS = 5


def obstacle() -> str | None:
    """Return why this process cannot serve, in words that tell a stranger nothing; None if it can."""
    try:
        if not _takes_writes():
            return "database is read-only"
        if _migrations.are_pending():
            return "migrations are pending"
        code_rotation.check_keys_are_known()
        return None
    except code_keys.UnknownCodeKey as error:
        logger.error("Not ready: %s", error)
        return "codes cannot be read"
    except Error as error:
        logger.error("Not ready: the database cannot be asked: %s", error)
        return "database cannot be reached"


def _takes_writes() -> bool:
    with connection.cursor() as cursor:
        # After a failover an old address may still lead to a standby, which answers but refuses to write.
        cursor.execute("SELECT NOT pg_is_in_recovery()" if connection.vendor == "postgresql" else "SELECT 1")
        return bool(cursor.fetchone()[0])


class _Migrations:
    """Remembers that none are pending: the code of a process does not change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending, self._looked = True, -float(_BETWEEN_LOOKS)

    def are_pending(self) -> bool:
        with self._lock:
            if self._pending and time.monotonic() - self._looked >= _BETWEEN_LOOKS:
                executor = MigrationExecutor(connection)
                self._pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
                self._looked = time.monotonic()
            return self._pending


_migrations = _Migrations()

"""The connection to which the ledger is written, and its clock."""

from __future__ import annotations

import datetime

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from accounts_ledger.models import Transfer


def ledger_connection() -> BaseDatabaseWrapper:
    """Return the connection to which the ledger is written."""
    return connections[router.db_for_write(Transfer)]


def database_now(connection: BaseDatabaseWrapper) -> datetime.datetime:
    """Return the time by the one clock that all processes share: the database's, where it is a server.

    Asked under lock, it never goes back from one posting on an account to the next.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime.datetime = cursor.fetchone()[0]
        return now

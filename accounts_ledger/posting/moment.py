"""The time by the one clock that all processes share: the database's, where it is a server."""

from __future__ import annotations

import datetime

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone


def now(connection: BaseDatabaseWrapper) -> datetime.datetime:
    """Return the current moment. Asked under lock, it never goes back from one posting on an account to the next."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime.datetime = cursor.fetchone()[0]
        return moment

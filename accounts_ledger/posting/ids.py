"""Primary keys taken before the rows are written, because a transfer's transactions are written first."""

from __future__ import annotations

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


def reserve(connection: BaseDatabaseWrapper, model: type[models.Model], count: int) -> list[int]:
    """Return *count* unused primary keys of *model*, ascending. On SQLite the write lock must be held."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [pk for (pk,) in cursor.fetchall()]
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {connection.ops.quote_name(table)}")  # noqa: S608  (our table)
        newest: int = cursor.fetchone()[0]
        return list(range(newest + 1, newest + count + 1))

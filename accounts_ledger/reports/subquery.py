"""Queries around a query of the ORM, which has no words for them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import QuerySet


def fetched(outer: str, inner: QuerySet[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of the SQL *outer*, in which ``%s`` stands for the query of *inner*.

    The values are as the database has them: SQLite has floats for decimals, and integers for booleans.
    """
    try:
        sql, parameters = inner.query.sql_with_params()
    except EmptyResultSet:  # nothing can be found, Django knows: one of a list of none
        return []
    with connections[router.db_for_read(inner.model)].cursor() as cursor:
        cursor.execute(outer.replace("%s", sql), parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

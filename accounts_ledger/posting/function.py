"""Installs and removes the function that posts on PostgreSQL (``sql/postgresql/post_transfer.sql``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from accounts_ledger import installed

MIGRATION = ("accounts_ledger", "0009_posting_function")

_SQL = Path(__file__).parent.parent / "sql" / "postgresql"


def install(connection: BaseDatabaseWrapper) -> None:
    """Install the function, or the newest version of it. Safe to repeat; other databases need none."""
    if connection.vendor != "postgresql":
        return
    script = (_SQL / "post_transfer.sql").read_text().replace("{user_type}", user_type(connection))
    if installed.is_current(connection, script):
        return
    with installed.briefly_locked(connection):
        _run(connection, script)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Remove the function. Only migrating backwards has reason to."""
    if connection.vendor == "postgresql":
        _run(connection, (_SQL / "post_transfer_drop.sql").read_text())


def reinstall_after_migrate(*, using: str, **kwargs: Any) -> None:
    """Bring the function up to date with the code."""
    from django.db import connections

    connection = connections[using]
    if MIGRATION in MigrationRecorder(connection).applied_migrations():
        install(connection)


def user_type(connection: BaseDatabaseWrapper) -> str:
    """Return the type of the columns that refer to users."""
    column = get_user_model()._meta.pk.rel_db_type(connection)
    assert column, "a user model whose key has no column cannot be referred to"
    return column


def _run(connection: BaseDatabaseWrapper, script: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(script)

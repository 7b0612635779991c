"""Installs and removes the rules that the database itself enforces (``sql/<vendor>/guards.sql``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from accounts_ledger import installed

SQL = Path(__file__).parent / "sql"
MIGRATION = ("accounts_ledger", "0002_guards")
#: Since when PostgreSQL has them as they are now.
_GATE = ("accounts_ledger", "0015_posting_gate")


def install(connection: BaseDatabaseWrapper) -> None:
    """Install the guards, or their newest version. Safe to repeat: where nothing differs nothing is done.

    Raises:
        OperationalError: the tables were in use for too long; see `installed.briefly_locked`.
    """
    if installed.is_current(connection, (SQL / connection.vendor / "guards.sql").read_text()):
        return
    with installed.briefly_locked(connection):
        if connection.vendor == "sqlite":  # which cannot replace a trigger
            _run(connection, "guards_drop.sql")
        _run(connection, "guards.sql")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Remove the guards. Only migrating backwards, and tests that empty their database, have reason to."""
    _run(connection, "guards_drop.sql")


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Remove the guards for the block: for tests that empty or corrupt their database, and for nothing else."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def reinstall_after_migrate(*, using: str, **kwargs: Any) -> None:
    """Put the guards back after a migration: SQLite alters a table by making a new one, which has no triggers."""
    from django.db import connections

    connection = connections[using]
    since = _GATE if connection.vendor == "postgresql" else MIGRATION
    if since in MigrationRecorder(connection).applied_migrations():
        install(connection)


def _run(connection: BaseDatabaseWrapper, name: str) -> None:
    script = (SQL / connection.vendor / name).read_text()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in _statements(script):
                cursor.execute(statement)
        else:
            cursor.execute(script)


def _statements(script: str) -> Iterator[str]:
    """Split a SQLite script at the statements' ends; ``executescript`` would commit the migration's transaction."""
    import sqlite3

    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""

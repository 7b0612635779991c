"""Installs and removes what posts on PostgreSQL (``sql/postgresql/posting.sql``); other databases need none of it.

The functions' arguments are their version: one whose arguments change gets a new name, and the old name stays for one
release, in terms of the new one, so that the processes of the version before can go on until they are replaced.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from accounts_ledger import installed

MIGRATION = ("accounts_ledger", "0015_posting_gate")

SQL = Path(__file__).parent.parent / "sql" / "postgresql"


def install(connection: BaseDatabaseWrapper) -> None:
    """Install the gate and the functions, or the newest version of them. Safe to repeat."""
    if connection.vendor != "postgresql":
        return
    text = script(connection, "posting.sql")
    if installed.is_current(connection, text):
        return
    with installed.briefly_locked(connection):
        _run(connection, text)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Remove them. Only migrating backwards has reason to."""
    if connection.vendor == "postgresql":
        _run(connection, script(connection, "posting_drop.sql"))


def reinstall_after_migrate(*, using: str, **kwargs: Any) -> None:
    """Bring them up to date with the code."""
    from django.db import connections

    connection = connections[using]
    if MIGRATION in MigrationRecorder(connection).applied_migrations():
        install(connection)


def run_earlier(connection: BaseDatabaseWrapper, name: str) -> None:
    """Run a script as it was in an earlier version, for the migration of then. Only PostgreSQL has such."""
    if connection.vendor == "postgresql":
        _run(connection, script(connection, f"earlier/{name}"))


def script(connection: BaseDatabaseWrapper, name: str) -> str:
    """Return the text of a script, with the type of the columns that refer to users."""
    user_type = get_user_model()._meta.pk.rel_db_type(connection)
    assert user_type, "a user model whose key has no column cannot be referred to"
    return (SQL / name).read_text().replace("{user_type}", user_type)


def _run(connection: BaseDatabaseWrapper, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)

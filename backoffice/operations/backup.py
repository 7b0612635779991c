"""Copies of the whole database: made, and put back.

PostgreSQL's own tools do it for PostgreSQL, SQLite's backup interface for SQLite. Both copy one moment while the shop
goes on. A copy holds every code and every customer: only its owner can read the file.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from psycopg.conninfo import make_conninfo

#: What Django gives to psycopg and libpq does not know, and what must not be seen in a list of processes.
_NOT_FOR_LIBPQ = ("context", "cursor_factory", "prepare_threshold", "password")

#: Where the tables are kept that a restored copy replaces, until it is there as a whole.
_REPLACED = "replaced_by_restore"


class BackupError(Exception):
    """It was not done, and nothing was changed. The message says why."""


class NotEmptyError(BackupError):
    """There is something in the database, which a copy would replace."""


def backup(file: Path) -> None:
    """Write a copy of the database to *file*, which must not exist yet.

    Raises:
        BackupError: the file exists or cannot be made, there is nothing to copy, or the database's tools are missing
            or failed.
    """
    if file.exists():
        raise BackupError(_("%s exists already, and no backup is ever overwritten.") % file)
    if not connection.introspection.table_names():
        raise BackupError(_("The database is empty: there is nothing to copy. Does DATABASE_URL name the right one?"))
    # Under another name until it is whole: what has the right name can be relied on.
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if connection.vendor == "postgresql":
            _run("pg_dump", "--format=custom", "--no-comments", f"--file={part}")
        else:
            with closing(sqlite3.connect(part)) as copy:
                connection.connection.backup(copy)
        part.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(_("%(file)s cannot be written: %(reason)s") % {"file": file, "reason": error}) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def restore(file: Path, *, replace: bool = False) -> None:
    """Fill the database with the copy in *file*: with all of it, or nothing is changed.

    Nobody else should be using the database meanwhile.

    Args:
        replace: what is in the database now is dropped. Otherwise a database with any table in it is refused.

    Raises:
        NotEmptyError: see *replace*.
        BackupError: the file is no copy of such a database, or the tools are missing or failed.
    """
    if not file.is_file():
        raise BackupError(_("There is no file %s.") % file)
    if connection.introspection.table_names() and not replace:
        raise NotEmptyError(_("The database is not empty, and what is in it was not dropped."))
    if connection.vendor == "postgresql":
        _run("pg_restore", "--list", "--file=/dev/null", str(file), connect=False)
        with _schema_set_aside():
            _run("pg_restore", "--single-transaction", "--no-owner", "--no-privileges", str(file))
    else:
        _restore_sqlite(file)


@contextmanager
def _schema_set_aside() -> Iterator[None]:
    """Give the block an empty schema. What was there is dropped when the block succeeds, and back when it fails."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_REPLACED} CASCADE")
        cursor.execute(f"ALTER SCHEMA public RENAME TO {_REPLACED}")
        cursor.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
        cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        try:
            yield
        except BackupError:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute(f"ALTER SCHEMA {_REPLACED} RENAME TO public")
            raise
        cursor.execute(f"DROP SCHEMA {_REPLACED} CASCADE")


def _run(tool: str, *arguments: str, connect: bool = True) -> None:
    """Run one of PostgreSQL's tools, on the database unless it is not to *connect*."""
    path = shutil.which(tool)
    if path is None:
        raise BackupError(_("%s was not found. Install PostgreSQL's client programs.") % tool)
    parameters: dict[str, Any] = connection.get_connection_params()
    environment = os.environ | {"PGPASSWORD": str(parameters.get("password", ""))}
    target = make_conninfo(**{name: value for name, value in parameters.items() if name not in _NOT_FOR_LIBPQ})
    command = [path, *([f"--dbname={target}"] if connect else []), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603  (no shell)
    if done.returncode:
        raise BackupError(_("%(tool)s failed: %(reason)s") % {"tool": tool, "reason": done.stderr.strip()})


def _restore_sqlite(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            is_ours = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_migrations'").fetchone()
            if not is_ours or copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise BackupError(_("%s is no copy of such a database, or damaged.") % file)
            connection.ensure_connection()
            copy.backup(connection.connection)
    except sqlite3.Error as error:
        raise BackupError(_("%(file)s cannot be restored: %(reason)s") % {"file": file, "reason": error}) from error

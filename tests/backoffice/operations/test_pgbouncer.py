"""Many clients share few connections of a real PgBouncer in transaction mode, set up by the file that is delivered."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from backoffice import database
from benchmarks import server as benchmark_server
from tests.concurrency.ledger import ROOT, Ledger
from tests.concurrency.waiting import until

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
#: Fewer than the clients, so that each transaction gets another one's connection.
POOL_SIZE = 3

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PgBouncer is PostgreSQL's: TEST_ENGINE=postgresql"),
]


@contextmanager
def pooler_of(server: benchmark_server.Server) -> Iterator[str]:
    """Start PgBouncer before *server* and give the URL of the database behind it."""
    folder = Path(tempfile.mkdtemp(prefix="ledger-pooler-"))
    settings = ConfigParser(inline_comment_prefixes=(), comment_prefixes=(";",))
    settings.read(ROOT / "deploy" / "pgbouncer.ini")
    socket = server.handle.get_postmaster_info().socket_dir
    settings["databases"] = {"postgres": f"host={socket} dbname=postgres user=postgres"}
    settings["pgbouncer"].update(
        listen_addr="", unix_socket_dir=str(folder), auth_type="any", auth_file="", default_pool_size=str(POOL_SIZE)
    )
    with (folder / "pgbouncer.ini").open("w") as file:
        settings.write(file)
    user = server.handle.system_user  # PgBouncer refuses to be root, as PostgreSQL does
    if user:
        folder.chmod(0o755)
        shutil.chown(folder, user)
    process = subprocess.Popen(
        [PGBOUNCER, "--quiet", str(folder / "pgbouncer.ini")], user=user, stderr=subprocess.DEVNULL
    )
    try:
        until((folder / ".s.PGSQL.6432").exists)
        yield f"postgres://postgres:@/postgres?host={folder}&port=6432"
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def test_load_imports_reports_and_verification_work_behind_a_transaction_pooler(tmp_path, transactional_db):
    with benchmark_server.running() as server, pooler_of(server) as pooled:
        ledger = Ledger(server, tmp_path)
        ledger.environment |= {"DATABASE_URL": pooled, "BEHIND_POOLER": "1"}

        clients = ledger.start_clients()
        try:
            done = json.loads(ledger.run("-m", "tests.backoffice.operations.pooled_work"))
            with psycopg.connect(server.url("postgres")) as direct:
                shared = direct.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                ).fetchone()[0]
            assert [client.poll() for client in clients] == [None] * len(clients), "all of them go on"
        finally:
            for client in clients:
                client.send_signal(signal.SIGKILL)
                client.wait()
        found = ledger.reconciled()

    assert done == {"streamed": 300, "reported": 1, "findings": [], "time_zone": "UTC"}
    assert 0 < shared <= POOL_SIZE
    assert (found["lost"], float(found["books"]), found["findings"]) == (0, 0, [])


def test_behind_a_pooler_nothing_is_left_on_a_connection(tmp_path):
    settings = database.configuration("postgres://db/shop", embedded=tmp_path, prepare_threshold=0, pooled=True)

    assert settings["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert settings["OPTIONS"]["prepare_threshold"] is None

"""The primary dies under load. Its synchronous standby takes over: what was acknowledged is there, the shop goes on."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

import psutil
import pytest
from django.db import connection

from benchmarks import server as benchmark_server
from tests.concurrency import standby
from tests.concurrency.ledger import IN_FLIGHT, PATIENCE_SECONDS, ROOT, Ledger
from tests.concurrency.waiting import until

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a failover is PostgreSQL's: TEST_ENGINE=postgresql"),
]


@pytest.fixture
def servers():
    """A primary, and a standby without which it acknowledges nothing once both serve the ledger."""
    with benchmark_server.running() as primary:
        host = {"host": str(primary.handle.get_postmaster_info().socket_dir), "user": "postgres", "dbname": "postgres"}
        with standby.standby_of(host, primary.handle) as other:
            yield primary, other


@pytest.fixture
def ledger(servers, tmp_path, transactional_db):
    """A ledger whose clients know the addresses of both servers, and use the one that takes writes."""
    primary, other = servers
    ledger = Ledger(primary, tmp_path)
    standby.make_synchronous(primary.url("postgres"))
    hosts = ",".join(str(one.get_postmaster_info().socket_dir) for one in (primary.handle, other))
    ledger.environment["DATABASE_URL"] = f"postgres://postgres:@/postgres?host={hosts}&target_session_attrs=read-write"
    return ledger


@contextmanager
def web_server(ledger):
    """Serve the site with gunicorn, and give a function that says whether it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "backoffice/gunicorn.py",
        "--workers=1",
        f"--bind={address}",
    ]
    server = subprocess.Popen(
        [*command, "backoffice.wsgi"], cwd=ROOT, env=ledger.environment, stderr=subprocess.DEVNULL
    )

    def is_ready() -> bool:
        try:
            with urllib.request.urlopen(f"http://{address}/health/ready", timeout=10) as response:
                return response.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    try:
        yield is_ready
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_SECONDS)


def kill(handle) -> None:
    """Kill the server with all its processes, as a power cut does."""
    postmaster = psutil.Process(handle.get_pid())
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=PATIENCE_SECONDS)


def test_no_acknowledged_transfer_is_lost_when_the_primary_is_killed(ledger, servers):
    primary, other = servers
    with web_server(ledger) as is_ready:
        clients = ledger.start_clients()
        until(is_ready)

        kill(primary.handle)
        for client in clients:
            assert client.wait(timeout=PATIENCE_SECONDS) != 0, "a client must notice that its server is gone"
        assert not is_ready()
        standby.promote(other)

        until(is_ready)
        for client in ledger.start_clients():
            client.send_signal(signal.SIGKILL)
            client.wait()
    found = ledger.reconciled()

    assert found["lost"] == 0
    assert found["findings"] == [], "no half transfer exists"
    assert (found["doubled"], found["overdrafts"], float(found["books"])) == (0, 0, 0)
    assert found["acknowledged"] >= 5 * len(ledger.logs)
    assert found["unacknowledged"] <= IN_FLIGHT * len(ledger.logs)

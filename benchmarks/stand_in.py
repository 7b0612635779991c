"""The stand-in ledger (``stand_in.sql``), driven by pgbench."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.server import Server

DATABASE = "stand_in"

SPREAD = """\
\\set a random(1, 999)
\\set b random(:a + 1, 1000)
SELECT create_transfer(:a, :b, 1);
"""
HOT = """\
\\set a random(2, 1000)
SELECT create_transfer(:a, 1, 1);
"""


def create(server: Server) -> None:
    server.create_database(DATABASE)
    server.execute((Path(__file__).parent / "stand_in.sql").read_text(), DATABASE)


def transfers_per_second(server: Server, script: str, clients: int, seconds: float) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        return server.pgbench_tps(DATABASE, clients, seconds, "-f", file.name)

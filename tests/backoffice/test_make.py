"""The commands that the README gives to a newcomer, run as a newcomer runs them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backoffice.production import PRODUCTION
from tests.database import ENGINE

ROOT = Path(__file__).parent.parent.parent
_SECONDS = 240

pytestmark = [
    pytest.mark.skipif(not (ROOT / ".venv" / ".installed").exists(), reason="`make install` was not run here"),
    pytest.mark.skipif(ENGINE != "sqlite", reason="The demo has a database of its own; TEST_ENGINE=sqlite runs this"),
]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def make(target: str, folder: Path, port: int, **environment: str) -> Iterator[Path]:
    """Run a make target that serves, until the block ends; give the path of what it printed."""
    printed = folder / f"{target}.log"
    settings = {"VAR_DIR": str(folder), "DATABASE_URL": "", "SECRET_KEY": PRODUCTION["SECRET_KEY"]}
    given = {"PATH": os.environ["PATH"], "HOME": str(folder)} | settings
    with printed.open("w") as log:
        process = subprocess.Popen(
            ["make", target, f"PORT={port}"],
            cwd=ROOT,
            env={**given, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield printed
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def page(port: int, path: str, printed: Path) -> str:
    """Return the page at *path*, waiting for the server to be there; what make printed, if it gives up before."""
    until = time.monotonic() + _SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
                return response.read().decode()
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until or "make: ***" in printed.read_text():
                raise AssertionError(printed.read_text()) from None
            time.sleep(0.5)


@pytest.mark.slow
def test_the_demo_serves_and_the_same_site_serves_as_in_production(tmp_path):
    port = free_port()
    with make("demo", tmp_path, port) as printed:
        assert "Log in" in page(port, "/admin/login/", printed)
        assert "Harbour mug" in page(port, "/catalogue/", printed)
        refusal = subprocess.run(["make", "demo", f"PORT={port}"], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert f"http://localhost:{port}/admin/" in printed.read_text()
    assert re.search(r"manager .*Manager", printed.read_text())
    assert refusal.returncode != 0
    assert f"Port {port} is taken" in refusal.stderr

    with make("serve", tmp_path, port, SECURE="0") as printed:
        login = page(port, "/admin/login/", printed)
        style_sheet = re.search(r'href="(/static/[^"]+\.css)"', login)[1]
        assert "{" in page(port, style_sheet, printed)
        assert "Harbour mug" in page(port, "/catalogue/", printed)

    assert "GET /admin/login/" in printed.read_text()


@pytest.mark.parametrize(("given", "replaces"), [("1", True), ("0", False), ("", False)])
def test_restore_replaces_what_is_there_only_if_told_so(given, replaces):
    asked = subprocess.run(
        ["make", "-n", "restore", "FILE=copy", f"REPLACE={given}"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert ("--replace" in asked.stdout) is replaces


def test_without_a_target_make_lists_its_targets():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout

    for target in ("install", "demo", "test", "lint", "serve", "bench"):
        assert re.search(rf"^  make {target} +\w", listed, re.MULTILINE), target

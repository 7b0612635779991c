"""Puts results into docs/benchmarks.md: a section each, so that one benchmark can be measured anew by itself."""

from __future__ import annotations

import datetime
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

#: What the machine did beside, when the run began: runnable processes on average of the last five minutes.
_LOAD = os.getloadavg()[1]

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def write(name: str, title: str, result: str, server_version: str) -> None:
    """Replace the section *name* of the document, or add it at the end, with where and when it was measured."""
    begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->\n"
    section = f"{begin}## {title}\n\n{result.strip()}\n\n{_circumstances(server_version)}\n{end}"
    document = DOCUMENT.read_text()
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if pattern.search(document):
        document = pattern.sub(lambda _match: section, document)
    else:
        document = f"{document.rstrip()}\n\n{section}"
    DOCUMENT.write_text(document)


def _circumstances(server_version: str) -> str:
    return (
        f"<sub>{datetime.date.today():%d %B %Y} · {os.cpu_count()} cores, {_processor()} · {platform.system()}"
        f" · load of other work {_LOAD:.1f}"
        f" · PostgreSQL {server_version}, fsync on · Python {platform.python_version()}"
        f" · Django {version('django')} · psycopg {version('psycopg')}</sub>"
    )


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", _cpuinfo(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _cpuinfo() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.exists() else ""

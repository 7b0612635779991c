"""``python -m benchmarks.website``: a minute of visitors on a ledger of 1,000,000 transfers, on PostgreSQL."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import document, load, server
from benchmarks.website import results, stage

#: 95 of 100 answers take at most so many milliseconds, or the run has failed.
_P95_MS = 400
_PREFIX = "locust"
_NAME, _TITLE = "website", "The whole site, visited"


def main() -> int:
    arguments = _parser().parse_args()
    with server.running() as running, tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        os.environ["VAR_DIR"] = name
        server.set_up_django(running)
        load.use_database(server.LEDGER)
        port = stage.free_port()
        host = f"http://127.0.0.1:{port}"
        plan = stage.prepare(directory, host, orders=arguments.users * arguments.seconds, rows=arguments.rows)
        with stage.serving(directory, port, arguments.workers):
            _visit(directory, host, plan, arguments)
        lines = results.read(directory / f"{_PREFIX}_stats.csv")
        problems = results.problems(directory, _PREFIX) + stage.findings()
        _report(lines, problems, arguments, running.version())
    return 1 if problems or lines[-1].p95 > _P95_MS else 0


def _visit(directory: Path, host: str, plan: Path, arguments: argparse.Namespace) -> None:
    command = [sys.executable, "-m", "locust", "--locustfile", "benchmarks/website/visitors.py", "--headless"]
    command += ["--host", host, "--users", str(arguments.users), "--spawn-rate", str(max(1, arguments.users // 5))]
    command += ["--run-time", f"{arguments.seconds}s", "--stop-timeout", "15", "--exit-code-on-error", "0"]
    command += ["--csv", str(directory / _PREFIX), "--only-summary"]
    environment = os.environ | {"WEBSITE_PLAN": str(plan), "PYTHONPATH": str(stage.ROOT)}
    subprocess.run(command, cwd=stage.ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def _report(lines: list[results.Line], problems: list[str], arguments: argparse.Namespace, version: str) -> None:
    everything = lines[-1]
    books = "The books balance afterwards." if not problems else "**" + "; ".join(problems) + "**"
    result = (
        f"{arguments.users} visitors for {arguments.seconds} s, on 1,000,000 transfers: shoppers who pay with gift"
        f" cards, holders who look at their balance, clerks in the admin, and one import of {arguments.rows:,} cards;"
        f" {arguments.workers} processes of gunicorn, one worker, PostgreSQL and the visitors themselves share the"
        f" machine. {everything.requests / arguments.seconds:.0f} requests a second,"
        f" {everything.failures} failed. {books}\n\n{results.table(lines)}\n"
    )
    print(result)
    if arguments.write:
        document.write(_NAME, _TITLE, result, version)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.website", description=__doc__)
    parser.add_argument("--users", type=int, default=20, help="visitors at the same time (20)")
    parser.add_argument("--seconds", type=int, default=60, help="how long they stay (60)")
    parser.add_argument("--rows", type=int, default=2_000, help="cards in the file that is imported (2,000)")
    parser.add_argument("--workers", type=int, default=3, help="processes of gunicorn (3)")
    parser.add_argument("--write", action="store_true", help="put the result into docs/benchmarks.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())

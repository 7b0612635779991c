"""Runs the benchmarks that are named, or all: ``python -m benchmarks [name …] [--write]``."""

from __future__ import annotations

import argparse

from benchmarks import document, server
from benchmarks.options import Options
from benchmarks.registry import BENCHMARKS


def main() -> None:
    arguments = _parser().parse_args()
    options = Options(
        rounds=arguments.rounds,
        seconds=arguments.seconds,
        history=arguments.history,
        cards=arguments.cards,
        rows=arguments.rows,
    )
    with server.running() as running:
        server.set_up_django(running)
        for name in arguments.names or BENCHMARKS:
            benchmark = BENCHMARKS[name]
            result = benchmark.run(running, options)
            print(f"\n## {benchmark.TITLE}\n\n{result}", flush=True)
            if arguments.write:
                document.write(name, benchmark.TITLE, result, running.version())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender has its turn (3)")
    parser.add_argument("--seconds", type=float, default=4, help="how long a turn lasts (4)")
    parser.add_argument("--history", type=int, default=100_000, help="transactions of history (100,000)")
    parser.add_argument("--cards", type=int, default=50_000, help="cards to expire (50,000)")
    parser.add_argument("--rows", type=int, default=100_000, help="gift cards to import (100,000; at most 1,000,000)")
    parser.add_argument("--write", action="store_true", help="put the results into docs/benchmarks.md")
    return parser


if __name__ == "__main__":
    main()

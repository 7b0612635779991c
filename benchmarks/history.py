"""Whether a transfer costs more on an account with a long history: one without and one with it, in turns."""

from __future__ import annotations

from benchmarks import cast, load
from benchmarks.compare import Contender, in_turns, table
from benchmarks.options import Options
from benchmarks.server import LEDGER, Server

TITLE = "A long history costs nothing"
_EMPTY, _LONG = "history_empty", "history_long"


def run(server: Server, options: Options) -> str:
    load.use_database(LEDGER)
    for name in (_EMPTY, _LONG):
        server.create_database(name, LEDGER)
        load.use_database(name)
        cast.create_accounts()
    cast.add_history(options.history)
    load.use_database(LEDGER)
    for name in (_EMPTY, _LONG):
        server.execute("VACUUM ANALYZE", name)
    server.execute("CHECKPOINT")
    contenders = _contenders(options)
    rates = in_turns(contenders, options.rounds, options.seconds)
    return (
        f"Transfers that all credit one account, with nothing before and with {options.history:,} transactions.\n\n"
        + (f"{table(contenders, rates)}\n")
    )


def _contenders(options: Options) -> list[Contender]:
    contenders = []
    for processes in (1, 8):
        plural = "es" if processes > 1 else ""
        empty = f"0 transactions, {processes} process{plural}"
        contenders += [
            Contender(empty, _measure(_EMPTY, processes), empty),
            Contender(
                f"{options.history:,} transactions, {processes} process{plural}", _measure(_LONG, processes), empty
            ),
        ]
    return contenders


def _measure(database: str, processes: int):  # type: ignore[no-untyped-def]  # a closure, described by Contender
    return lambda seconds: load.transfers_per_second(
        database, processes, seconds, lambda: cast.random_transfer(cast.hot())
    )

"""Single transfers, one after the other: the facade beside pgbench, a stored function and the portable engine."""

from __future__ import annotations

from benchmarks import cast, load, stand_in
from benchmarks.compare import Contender, in_turns, table
from benchmarks.options import Options
from benchmarks.server import LEDGER, TPC_B, Server

TITLE = "Transfers a second"
SCALE = 20


def run(server: Server, options: Options) -> str:
    load.use_database(LEDGER)
    cast.create_accounts()
    server.create_database(TPC_B)
    server.pgbench(TPC_B, "-i", "-q", f"-s{SCALE}")
    stand_in.create(server)
    contenders = _contenders(server)
    rates = in_turns(contenders, options.rounds, options.seconds)
    return f"{_EXPLAINED}\n{table(contenders, rates)}\n"


def _contenders(server: Server) -> list[Contender]:
    tpc_b_1, tpc_b_8 = "pgbench TPC-B-like, 1 client", "pgbench TPC-B-like, 8 clients"
    stand_in_8, facade_1 = "stored function, hot account, 8 clients", "facade, random accounts, 1 process"
    hot_1 = "facade, hot account, 1 process"
    return [
        Contender(tpc_b_1, lambda seconds: server.pgbench_tps(TPC_B, 1, seconds), tpc_b_1),
        Contender(facade_1, lambda seconds: _facade(1, cast.spread, seconds), tpc_b_1),
        Contender(hot_1, lambda seconds: _facade(1, cast.hot, seconds), tpc_b_1),
        Contender("facade, orders of two cards, 1 process", _orders_of_two_cards, hot_1),
        Contender(
            "stored function, random accounts, 1 client",
            lambda seconds: stand_in.transfers_per_second(server, stand_in.SPREAD, 1, seconds),
            tpc_b_1,
        ),
        Contender(
            "portable engine, random accounts, 1 process", lambda seconds: _portable(1, cast.spread, seconds), facade_1
        ),
        Contender(tpc_b_8, lambda seconds: server.pgbench_tps(TPC_B, 8, seconds), tpc_b_8),
        Contender("facade, random accounts, 8 processes", lambda seconds: _facade(8, cast.spread, seconds), tpc_b_8),
        Contender(
            stand_in_8,
            lambda seconds: stand_in.transfers_per_second(server, stand_in.HOT, 8, seconds),
            stand_in_8,
        ),
        Contender("facade, hot account, 8 processes", lambda seconds: _facade(8, cast.hot, seconds), stand_in_8),
        Contender(
            "portable engine, hot account, 8 processes", lambda seconds: _portable(8, cast.hot, seconds), stand_in_8
        ),
    ]


def _facade(processes: int, draw: object, seconds: float) -> float:
    return load.transfers_per_second(LEDGER, processes, seconds, lambda: cast.random_transfer(draw()))  # type: ignore[operator]  # draw is callable


def _orders_of_two_cards(seconds: float) -> float:
    return load.transfers_per_second(LEDGER, 1, seconds, cast.order_of_two_cards)


def _portable(processes: int, draw: object, seconds: float) -> float:
    return load.transfers_per_second(LEDGER, processes, seconds, lambda: cast.portable_transfer(draw()))  # type: ignore[operator]  # draw is callable


_EXPLAINED = f"""\
*pgbench TPC-B-like* is PostgreSQL's own benchmark at scale {SCALE}: three updates, a select and an insert in a
transaction, by a client written in C, without checks or guarantees. *Stored function* is a small ledger of pgledger's
shape (`benchmarks/stand_in.sql`): one call locks two rows, checks, updates both and inserts three; by pgbench too.
*Portable engine* is what the ledger does on databases other than PostgreSQL, on the same server: a transaction of
several statements. *Hot account* means that every transfer credits Redemptions; *orders of two cards* are paid by two
such transfers, all or nothing, and counted as orders. The facade writes with every guarantee:
running balances, sequence numbers, constraints, idempotency, and entries that only posting can write.
"""

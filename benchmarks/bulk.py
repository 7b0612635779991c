"""Loading many cards from one source at once, beside COPY of the very same rows."""

from __future__ import annotations

import time

import psycopg

from benchmarks import cast, load
from benchmarks.compare import Contender, in_turns, table
from benchmarks.options import Options
from benchmarks.server import LEDGER, Server

TITLE = "Many transfers at once"
LOADS = 10_000
_BULK = "bulk"

_TRANSACTIONS = "id, transfer_id, account_id, amount, balance, sequence, date_created"
_TRANSFERS = "id, reference, source_id, destination_id, amount, kind, username, date_created"

#: Tables of the same shape, with the same indexes, constraints and foreign keys: the ledger's own take rows
#: through their gate only.
_TABLES = """
CREATE TABLE bulk_transaction (LIKE accounts_ledger_transaction INCLUDING ALL);
CREATE TABLE bulk_transfer (LIKE accounts_ledger_transfer INCLUDING ALL);
ALTER TABLE bulk_transfer
    ADD FOREIGN KEY (source_id) REFERENCES accounts_ledger_account DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (destination_id) REFERENCES accounts_ledger_account DEFERRABLE INITIALLY DEFERRED;
"""
#: The newest batch under other ids: rows that satisfy every constraint.
_NEW_TRANSACTIONS = """
    SELECT id + {shift}, transfer_id + {shift}, account_id, amount, balance, sequence + {shift}, date_created
    FROM accounts_ledger_transaction WHERE id < 10^8 ORDER BY id DESC LIMIT {rows}"""
_NEW_TRANSFERS = """
    SELECT id + {shift}, {shift} || reference, source_id, destination_id, amount, kind, username, date_created
    FROM accounts_ledger_transfer WHERE id < 10^8 ORDER BY id DESC LIMIT {rows}"""


def run(server: Server, options: Options) -> str:
    load.use_database(LEDGER)
    server.create_database(_BULK, LEDGER)
    load.use_database(_BULK)
    server.execute(_TABLES, _BULK)
    _create_cards()
    copy, many = "COPY of the same rows", "`transfer_many`"
    contenders = [Contender(copy, _Copy(server.url(_BULK)), copy), Contender(many, _load_all, copy)]
    _load_all(0)
    rates = in_turns(contenders, options.rounds, 0)
    times = ", ".join(f"{name} {LOADS / sorted(rates[name])[len(rates[name]) // 2]:.2f} s" for name in (many, copy))
    return (
        f"{LOADS:,} loads from Bank onto {LOADS:,} cards, all or nothing: {times}. COPY writes the transfers and"
        " transactions only, into tables of the same shape: no locks, no checks, no balances.\n\n"
        + table(contenders, rates)
        + "\n"
    )


def _create_cards() -> None:
    from accounts_ledger import codes
    from accounts_ledger.models import Account

    Account.objects.bulk_create((Account(code=codes.generate()) for _ in range(LOADS)), batch_size=1000)


def _load_all(_seconds: float) -> float:
    """Load every card from Bank and return the loads per second."""
    from accounts_ledger import chart, facade
    from accounts_ledger.models import Account, Transfer

    bank, cards = chart.bank(), list(Account.objects.filter(chart_code=None))
    requests = [
        facade.TransferRequest(source=bank, destination=card, amount=cast.ONE, kind=Transfer.Kind.LOAD)
        for card in cards
    ]
    begin = time.perf_counter()
    facade.transfer_many(requests)
    return LOADS / (time.perf_counter() - begin)


class _Copy:
    """Copies the first batch again and again, each time under other ids, and commits."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.copies = 0

    def __call__(self, _seconds: float) -> float:
        """Return the transfers per second."""
        self.copies += 1
        shift = self.copies * 10**8
        with psycopg.connect(self.url) as connection:
            transactions = _text(connection, _NEW_TRANSACTIONS.format(shift=shift, rows=2 * LOADS))
            transfers = _text(connection, _NEW_TRANSFERS.format(shift=shift, rows=LOADS))
            begin = time.perf_counter()
            _copy(connection, f"bulk_transaction ({_TRANSACTIONS})", transactions)
            _copy(connection, f"bulk_transfer ({_TRANSFERS})", transfers)
            connection.commit()
            return LOADS / (time.perf_counter() - begin)


def _text(connection: psycopg.Connection, query: str) -> bytes:
    with connection.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:  # type: ignore[arg-type]
        return b"".join(bytes(part) for part in copy)


def _copy(connection: psycopg.Connection, target: str, text: bytes) -> None:
    with connection.cursor().copy(f"COPY {target} FROM STDIN") as copy:  # type: ignore[arg-type]
        copy.write(text)

"""Writes many rows at once: COPY on PostgreSQL, one prepared statement for all of them elsewhere.

Rows are plain tuples. An instance of a model for each of a hundred thousand rows takes longer to make than to write.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts_ledger.models import Account, Transaction, Transfer

#: What a posting has beside the columns of its transfer: the balances and numbers of its two entries.
ENTRY_FIGURES = ("source_balance", "source_sequence", "destination_balance", "destination_sequence")
_ENTRY = ("transfer_id", "account_id", "amount", "balance", "sequence", "date_created")
#: Types that every database takes as they are.
_PLAIN = (int, str, bytes, bool, type(None))


def insert_postings(connection: BaseDatabaseWrapper, columns: Sequence[str], postings: list[tuple[Any, ...]]) -> None:
    """Insert transfers with their entries.

    Args:
        columns: those of the transfer that are given; the rows have them and, after them, `ENTRY_FIGURES`.
    """
    if connection.vendor == "postgresql":
        _copy(connection, f"COPY ledger_posting_rows ({', '.join((*columns, *ENTRY_FIGURES))}) FROM STDIN", postings)
        return
    # Entries first, as SQLite's guard demands.
    insert(connection, Transaction, _ENTRY, _entries(columns, postings))
    insert(connection, Transfer, columns, (posting[: len(columns)] for posting in postings))


def _entries(columns: Sequence[str], postings: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    at = {name: position for position, name in enumerate((*columns, *ENTRY_FIGURES))}
    for posting in postings:
        value = {name: posting[position] for name, position in at.items()}
        for side, amount in (("source", -value["amount"]), ("destination", value["amount"])):
            yield (
                value["id"],
                value[f"{side}_id"],
                amount,
                value[f"{side}_balance"],
                value[f"{side}_sequence"],
                value["date_created"],
            )


def update_balances(connection: BaseDatabaseWrapper, accounts: Sequence[Account]) -> None:
    """Write balance, held value and sequence of locked accounts."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_ledger_account AS account"
                " SET balance = moved.balance, held = moved.held, sequence = moved.sequence"
                " FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::bigint[])"
                " AS moved (id, balance, held, sequence) WHERE account.id = moved.id",
                [
                    [account.pk for account in accounts],
                    [account.balance for account in accounts],
                    [account.held for account in accounts],
                    [account.sequence for account in accounts],
                ],
            )
    else:
        for account in accounts:
            Account.objects.filter(pk=account.pk).post(
                balance=account.balance, held=account.held, sequence=account.sequence
            )


def insert(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Insert *rows* of values of *columns* into the table of *model*; the other columns must do without a value."""
    fields: list[Any] = [model._meta.get_field(column) for column in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    if connection.vendor == "postgresql":
        _copy(connection, f"COPY {table} ({names}) FROM STDIN", rows)
        return
    marks = ", ".join(["%s"] * len(fields))
    prepare = [field.get_db_prep_save for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  (names of our own)
            [
                [
                    value if type(value) in _PLAIN else prepared(value, connection)
                    for prepared, value in zip(prepare, row, strict=True)
                ]
                for row in rows
            ],
        )


def reserve_ids(connection: BaseDatabaseWrapper, model: type[models.Model], count: int) -> list[int]:
    """Return *count* unused primary keys of *model*, ascending. On SQLite the write lock must be held."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [pk for (pk,) in cursor.fetchall()]
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {connection.ops.quote_name(table)}")  # noqa: S608  (our table)
        newest: int = cursor.fetchone()[0]
        return list(range(newest + 1, newest + count + 1))


@contextmanager
def gc_paused() -> Iterator[None]:
    """Make very many objects in the block without looking for reference cycles among them, of which there are none.

    The looking took more than a third of the Python time of a large batch. What is in no cycle is freed all the same.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _copy(connection: BaseDatabaseWrapper, statement: Any, rows: Iterable[Sequence[Any]]) -> None:
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(statement) as stream,
    ):
        for row in rows:
            stream.write_row(row)

"""Writes many postings at once: COPY on PostgreSQL, one prepared statement for all rows elsewhere.

Rows are plain tuples. An instance of a model for each of a hundred thousand rows takes longer to make than to write.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts_ledger.models import Account, Transaction, Transfer

#: Types that every database takes as they are.
_PLAIN = (int, str, bytes, bool, type(None))


class Side(NamedTuple):
    """The columns of one `Transaction`."""

    transfer_id: int
    account_id: int
    amount: Decimal
    balance: Decimal
    sequence: int
    date_created: datetime.datetime


def journal(
    connection: BaseDatabaseWrapper,
    columns: Sequence[str],
    transfers: Iterable[Sequence[Any]],
    sides: Iterable[Side],
) -> None:
    """Insert transfers, of which *columns* are given, and their sides: these first, as SQLite's guard demands."""
    insert(connection, Transaction, Side._fields, sides)
    insert(connection, Transfer, columns, transfers)


def balances(connection: BaseDatabaseWrapper, accounts: Sequence[Account]) -> None:
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


def _copy(connection: BaseDatabaseWrapper, statement: Any, rows: Iterable[Sequence[Any]]) -> None:
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(statement) as stream,
    ):
        for row in rows:
            stream.write_row(row)

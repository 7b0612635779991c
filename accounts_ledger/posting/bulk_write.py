"""Writes many postings at once: COPY on PostgreSQL, bulk inserts elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts_ledger.models import Account, Transaction, Transfer

_ROWS_A_STATEMENT = 500


def journal(
    connection: BaseDatabaseWrapper, transfers: Sequence[Transfer], transactions: Sequence[Transaction]
) -> None:
    """Insert transfers and their transactions: the transactions first, as SQLite's guard demands."""
    if connection.vendor == "postgresql":
        copy(connection, Transaction, transactions)
        copy(connection, Transfer, transfers)
    else:
        Transaction.objects.bulk_create(transactions, batch_size=_ROWS_A_STATEMENT)
        Transfer.objects.bulk_create(transfers, batch_size=_ROWS_A_STATEMENT)


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


def accounts(connection: BaseDatabaseWrapper, rows: Sequence[Account]) -> None:
    """Insert new accounts, which have their ids already, as they are: with balance and sequence."""
    if connection.vendor == "postgresql":
        copy(connection, Account, rows)
    else:
        Account.objects.post_new(rows, batch_size=_ROWS_A_STATEMENT)


def copy(connection: BaseDatabaseWrapper, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """COPY *rows* into the table of *model* (PostgreSQL)."""
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and rows and rows[0].pk is None)]
    attributes = [field.attname for field in fields]
    values = ([getattr(row, attribute) for attribute in attributes] for row in rows)
    copy_values(connection, model._meta.db_table, [str(field.column) for field in fields], values)


def copy_values(
    connection: BaseDatabaseWrapper, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """COPY *rows* of values into *columns* of *table* (PostgreSQL)."""
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        statement: Any = f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN"
        with cursor.copy(statement) as stream:
            for row in rows:
                stream.write_row(row)

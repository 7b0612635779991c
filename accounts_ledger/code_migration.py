"""Seals the codes of a database that had them in clear text, and opens them again when it is migrated backwards.

A code can be typed in more ways than when it was stored: one that had a look-alike dash, say, is stored without it now.
If two codes are the same by that, the account that keeps the code is the one that had it in this form already, or the
older one. The other gets its number behind its code, so that it can still be told, shown and replaced; both are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from accounts_ledger import code_keys, codes

#: Rows that are read and written together.
_TOGETHER = 20_000

_Row = tuple[Any, ...]


def seal(connection: BaseDatabaseWrapper, table: str, clear: str, report: Callable[[str], None]) -> None:
    """Fill ``code``, ``code_hash`` and ``code_tail`` of *table* from its column *clear*.

    Args:
        report: is told of every code that became another's.
    """
    changed = _changed_codes(connection, table, clear, report)
    key = code_keys.keyring()[0]

    def sealed(rows: Iterable[_Row]) -> Iterator[_Row]:
        for pk, text in rows:
            code = changed.get(pk, text)
            if code:
                yield (pk, key.seal(code), key.digest(code), codes.tail(code))

    columns = (("code", "bytea"), ("code_hash", "bytea"), ("code_tail", "varchar"))
    for rows in _portions(connection, table, clear):
        write(connection, table, columns, sealed(rows))


def open_again(connection: BaseDatabaseWrapper, table: str, clear: str) -> None:
    """Fill the column *clear* of *table* from its sealed codes."""
    for rows in _portions(connection, table, "code"):
        write(connection, table, ((clear, "varchar"),), ((pk, code_keys.unseal(sealed)) for pk, sealed in rows))


def _changed_codes(
    connection: BaseDatabaseWrapper, table: str, clear: str, report: Callable[[str], None]
) -> dict[int, str]:
    """Return what the codes become that are not stored as they would be today."""
    changed = {
        pk: codes.normalise(text)
        for rows in _portions(connection, table, clear)
        for pk, text in rows
        if codes.normalise(text) != text
    }
    if not changed:
        return {}
    owners = _owners(connection, table, clear, set(changed.values()), set(changed))
    result = {}
    for pk, code in changed.items():
        result[pk] = code
        while code and owners.setdefault(result[pk], pk) != pk:
            result[pk] += str(pk)
        if result[pk] != code:
            report(
                f"Account #{pk}: its code is the same as that of account #{owners[code]} now that look-alike"
                " characters do not count, so it was given another one. Replace the card."
            )
    return result


def _owners(
    connection: BaseDatabaseWrapper, table: str, clear: str, wanted: set[str], changed: set[int]
) -> dict[str, int]:
    """Return which accounts have the codes in *wanted* already, other than those that are *changed*."""
    found = {}
    for rows in _portions(connection, table, clear):
        found.update({text: pk for pk, text in rows if text in wanted and pk not in changed})
    return found


def _portions(connection: BaseDatabaseWrapper, table: str, column: str) -> Iterator[Sequence[_Row]]:
    """Yield id and *column* of all rows that have a value there, by id."""
    last, name = 0, connection.ops.quote_name(column)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {name} FROM {connection.ops.quote_name(table)}"  # noqa: S608  (names of our own)
                f" WHERE id > %s AND {name} IS NOT NULL ORDER BY id LIMIT %s",
                [last, _TOGETHER],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def write(
    connection: BaseDatabaseWrapper, table: str, columns: Sequence[tuple[str, str]], rows: Iterable[_Row]
) -> None:
    """Set *columns* (name and type in PostgreSQL) of *table* to what *rows* have behind the id."""
    rows = list(rows)
    if not rows:
        return
    table = connection.ops.quote_name(table)
    names = [connection.ops.quote_name(name) for name, _type in columns]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            assignments = ", ".join(f"{name} = %s" for name in names)
            cursor.executemany(
                f"UPDATE {table} SET {assignments} WHERE id = %s",  # noqa: S608  (names of our own)
                [[*values, pk] for pk, *values in rows],
            )
            return
        arrays = list(zip(*rows, strict=True))
        marks = ", ".join(["%s::bigint[]", *(f"%s::{type_}[]" for _name, type_ in columns)])
        cursor.execute(
            f"UPDATE {table} AS stored SET {', '.join(f'{name} = new.{name}' for name in names)}"  # noqa: S608  (the same)
            f" FROM unnest({marks}) AS new (id, {', '.join(names)}) WHERE stored.id = new.id",
            [list(values) for values in arrays],
        )

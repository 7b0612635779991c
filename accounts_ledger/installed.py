"""Whether the triggers and functions that are installed in a database are those that this version ships.

Installing them anew takes an exclusive lock on transfers, for which every transfer would wait, so it is done only where
something differs: text by text, not by a version that somebody else's statement leaves as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

#: How long bringing them up to date may keep transfers waiting, as PostgreSQL writes times.
LOCK_TIMEOUT = "3s"
_LOCK_NOT_AVAILABLE = "55P03"

#: Triggers that are disabled, or fire on replicas only, guard nothing: they count as not installed.
_POSTGRESQL_TRIGGERS = """
SELECT tgname, pg_get_triggerdef(oid, true) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
"""
_POSTGRESQL_FUNCTIONS = """
SELECT proname, pg_get_function_arguments(oid), prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
"""
_SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"

_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\((.*?)\) RETURNS .*?AS \$\$(.*?)\$\$;", re.DOTALL)
_TRIGGER = re.compile(r"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER (?:IF NOT EXISTS )?(\w+).*?;$", re.DOTALL | re.M)
_SQLITE_TRIGGER = re.compile(r"CREATE TRIGGER (?:IF NOT EXISTS )?(\w+).*?\nEND;$", re.DOTALL | re.MULTILINE)
_EVENTS = re.compile(r"\b(?:INSERT|UPDATE|DELETE|TRUNCATE)(?: OR (?:INSERT|UPDATE|DELETE|TRUNCATE))*\b")


def is_current(connection: BaseDatabaseWrapper, script: str) -> bool:
    """Return whether every trigger and function that *script* creates is there as it says, and in force."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_SQLITE_TRIGGERS)
            there = {name: _plain(text) for name, text in cursor.fetchall()}
            return all(there.get(name) == text for name, text in _shipped(script, _SQLITE_TRIGGER))
        cursor.execute(_POSTGRESQL_TRIGGERS)
        triggers = {name: _plain(text) for name, text in cursor.fetchall()}
        cursor.execute(_POSTGRESQL_FUNCTIONS)
        functions = {name: (_arguments(arguments), body) for name, arguments, body in cursor.fetchall()}
    return all(triggers.get(name) == text for name, text in _shipped(script, _TRIGGER)) and all(
        functions.get(name) == (_arguments(arguments), body) for name, arguments, body in _FUNCTION.findall(script)
    )


def _shipped(script: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for found in pattern.finditer(script):
        yield found[1], _plain(found[0])


def _plain(statement: str) -> str:
    """Return a statement as the databases give it back: without what they forget, and in one order of events."""
    text = " ".join(statement.replace("OR REPLACE ", "").replace("IF NOT EXISTS ", "").split()).removesuffix(";")
    return _EVENTS.sub(lambda events: " OR ".join(sorted(events[0].split(" OR "))), text)


def _arguments(declared: str) -> str:
    """Return the arguments of a function as PostgreSQL gives them back: its names of types, and no line ends."""
    return " ".join(declared.replace("timestamptz", "timestamp with time zone").split())


@contextmanager
def briefly_locked(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Run the block in a transaction that waits for a lock only briefly: whoever comes after it waits for it too.

    Raises:
        OperationalError: somebody else has a lock for longer, with what to do about it. Nothing was changed then.
    """
    if connection.vendor != "postgresql":
        with transaction.atomic(using=connection.alias):
            yield
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            [before] = cursor.fetchone()
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            yield
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise OperationalError(
            f"The ledger's triggers and functions have to be brought up to date, but something else used their tables "
            f"for longer than {LOCK_TIMEOUT}. Nothing was changed. Find it in pg_stat_activity (a long report or "
            f"backup, say), wait until it has ended, and run migrate again."
        ) from error

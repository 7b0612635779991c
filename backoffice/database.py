"""Reads the databases' URLs; what cannot work is refused at start-up, with a message that shows no password."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"

_VARIABLE = "DATABASE_URL"
_HINT = "Give it as postgres://user:password@host:5432/name or sqlite:////absolute/path/db.sqlite3."

#: Seconds to wait for a server, so that one that is away is noticed; of several hosts in a URL, for each.
_CONNECT_TIMEOUT = 5


def configuration(
    url: str,
    *,
    embedded: Path,
    conn_max_age: int = 60,
    prepare_threshold: int = 5,
    pooled: bool = False,
    variable: str = _VARIABLE,
) -> dict[str, Any]:
    """Return Django's settings for the database at *url*.

    Args:
        url: without one it is the SQLite file *embedded*.
        embedded: its folder is made if it is missing.
        conn_max_age: for how many seconds a connection is kept.
        prepare_threshold: how often PostgreSQL sees the ledger's posting statement before it is prepared for the
            connection, so that it is not parsed and planned for each transfer; 0 is never.
        pooled: the URL is that of a pooler which gives each transaction any connection (PgBouncer in transaction
            mode), so that nothing may be left on one: no cursor, and, unless *prepare_threshold* says so, no plan.
        variable: what a refusal calls the URL.

    Raises:
        ImproperlyConfigured: the URL cannot be read, or the ledger has no guards for such a database.
    """
    settings = _parse(url, variable) if url else _embedded(embedded)
    if settings.get("ENGINE") == SQLITE:
        if not settings["NAME"].startswith(("/", ":memory:")):
            # cron and systemd run in folders of their own: each would have a database of its own there.
            raise ImproperlyConfigured(f"{variable} names a file without its whole path. {_HINT}")
        # IMMEDIATE takes the write lock at BEGIN, so that a balance that was read is still true when the debit is
        # written; WAL lets readers go on meanwhile.
        settings.setdefault("OPTIONS", {}).update(
            transaction_mode="IMMEDIATE",
            timeout=20,
            init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        )
    elif settings.get("ENGINE") == POSTGRESQL:
        if not settings.get("NAME"):
            raise ImproperlyConfigured(f"{variable} names no database. {_HINT}")
        settings.setdefault("CONN_MAX_AGE", conn_max_age)
        settings["CONN_HEALTH_CHECKS"] = True
        settings["DISABLE_SERVER_SIDE_CURSORS"] = pooled
        options = settings.setdefault("OPTIONS", {})
        options.setdefault("prepare_threshold", prepare_threshold or None)
        options.setdefault("connect_timeout", _CONNECT_TIMEOUT)
    else:
        raise ImproperlyConfigured(f"{variable} is for neither PostgreSQL nor SQLite. {_HINT}")
    return settings


def replica(url: str, **options: Any) -> dict[str, Any]:
    """Return Django's settings for the replica at *url*; *options* as for `configuration`.

    Raises:
        ImproperlyConfigured: the URL cannot be read, or is not PostgreSQL's.
    """
    variable = "DATABASE_REPLICA_URL"
    settings = configuration(url, embedded=Path(), variable=variable, **options)
    if settings["ENGINE"] != POSTGRESQL:
        raise ImproperlyConfigured(f"{variable} is not for PostgreSQL, and nothing else has replicas here.")
    return settings | {"TEST": {"MIRROR": "default"}}


def _embedded(path: Path) -> dict[str, Any]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"VAR_DIR: {path.parent} cannot be made: {error.strerror}.") from error
    return {"ENGINE": SQLITE, "NAME": str(path)}


def _parse(url: str, variable: str) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            # An unknown scheme only warns; it is refused above, in words of our own.
            warnings.simplefilter("ignore")
            return environ.Env.db_url_config(url)
    except ValueError:
        # Not chained: the parser's message may repeat a part of the password.
        raise ImproperlyConfigured(f"{variable} cannot be read. {_HINT}") from None

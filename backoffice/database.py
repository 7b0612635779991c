"""Reads ``DATABASE_URL``; what cannot work is refused at start-up, with a message that shows no password."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"

_HINT = "Give DATABASE_URL as postgres://user:password@host:5432/name or sqlite:////absolute/path/db.sqlite3."


def configuration(url: str, *, embedded: Path, conn_max_age: int = 60, prepare_threshold: int = 5) -> dict[str, Any]:
    """Return Django's settings for the database at *url*; *conn_max_age* is in seconds.

    *prepare_threshold* is how often PostgreSQL sees the ledger's posting statement before it is prepared for the
    connection, so that it is not parsed and planned for each transfer; 0 is never.

    Without a *url* it is the SQLite file *embedded*, whose folder is made if it is missing.

    Raises:
        ImproperlyConfigured: the URL cannot be read, or the ledger has no guards for such a database.
    """
    settings = _parse(url) if url else _embedded(embedded)
    if settings.get("ENGINE") == SQLITE:
        # IMMEDIATE takes the write lock at BEGIN, so that a balance that was read is still true when the debit is
        # written; WAL lets readers go on meanwhile.
        settings.setdefault("OPTIONS", {}).update(
            transaction_mode="IMMEDIATE",
            timeout=20,
            init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        )
    elif settings.get("ENGINE") == POSTGRESQL:
        if not settings.get("NAME"):
            raise ImproperlyConfigured(f"DATABASE_URL names no database. {_HINT}")
        settings.setdefault("CONN_MAX_AGE", conn_max_age)
        settings["CONN_HEALTH_CHECKS"] = True
        settings.setdefault("OPTIONS", {}).setdefault("prepare_threshold", prepare_threshold or None)
    else:
        raise ImproperlyConfigured(f"DATABASE_URL is for neither PostgreSQL nor SQLite. {_HINT}")
    return settings


def _embedded(path: Path) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return {"ENGINE": SQLITE, "NAME": str(path)}


def _parse(url: str) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            # An unknown scheme only warns; it is refused above, in words of our own.
            warnings.simplefilter("ignore")
            return environ.Env.db_url_config(url)
    except ValueError:
        # Not chained: the parser's message may repeat a part of the password.
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read. {_HINT}") from None

"""Lists, reports and exports from a replica of the database, where ``DATABASE_REPLICA_URL`` names one.

A replica is a moment behind. So only pages that move nothing read it, and who has just changed something is shown the
primary for a while. Everything else, posting first of all, knows the primary only.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections, models
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

logger = logging.getLogger("backoffice")

REPLICA = "replica"
#: Whose rows are read there. Users, sessions and the shop's own tables are small, and are read where they are written.
_APPS = ("accounts_ledger",)
#: Marks the browser of somebody who has just changed something, for so many seconds.
PINNED, PINNED_SECONDS = "reads_primary", 10
#: Seconds that a replica may be behind; and for how long the last answer to that question is believed.
MAX_LAG, _BELIEVED = 30, 2

_reading: ContextVar[bool] = ContextVar("reads_replica", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Read the ledger from the replica in the block. What is written goes to the primary all the same."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


class Router:
    """Which database a query goes to. Objects from the replica are saved to the primary."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        if not _reading.get() or model._meta.app_label not in _APPS:
            return DEFAULT_DB_ALIAS
        # Within a transaction is somebody who decides by what is read.
        return DEFAULT_DB_ALIAS if connections[DEFAULT_DB_ALIAS].in_atomic_block else REPLICA

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


class ReadsFromReplica:
    """Middleware that has the pages read from the replica that may."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _reading.set(False)
        try:
            response = self.get_response(request)
            if (
                _reading.get()
                and isinstance(response, StreamingHttpResponse)
                and not isinstance(response, FileResponse)
            ):
                response.streaming_content = _streamed(response.streaming_content)  # type: ignore[arg-type]  # never async here
        finally:
            _reading.reset(token)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(PINNED, "1", PINNED_SECONDS, httponly=True, samesite="Lax", secure=secure)
        return response

    def process_view(self, request: HttpRequest, view: Any, arguments: Any, keywords: Any) -> None:
        if _only_reads(request) and PINNED not in request.COOKIES and _lag.is_small():
            _reading.set(True)


def _only_reads(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None or not match.view_name:
        return False
    if match.view_name.endswith("_export"):  # its form is posted
        return True
    is_list = match.view_name.endswith("_changelist") or match.namespace == "ledger_reports"
    return is_list and request.method == "GET"


def _streamed(content: Iterable[bytes]) -> Iterator[bytes]:
    """Yield *content*, whose rows are only read now."""
    chunks = iter(content)
    while True:
        with reading():
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk


class _Lag:
    """Measures how far the replica is behind. One that is away or has fallen behind is not asked until it recovers."""

    def __init__(self) -> None:
        self._small, self._asked = False, -float(_BELIEVED)

    def is_small(self) -> bool:
        if time.monotonic() - self._asked >= _BELIEVED:
            self._small, self._asked = self._ask(), time.monotonic()
        return self._small

    def _ask(self) -> bool:
        try:
            with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
                cursor.execute("SELECT pg_current_wal_lsn()::text")
                written = cursor.fetchone()[0]
            with connections[REPLICA].cursor() as cursor:
                # All that is written is there; or the newest that is there was written a moment ago.
                cursor.execute(
                    "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
                    " OR clock_timestamp() - pg_last_xact_replay_timestamp() < make_interval(secs => %s)",
                    [written, MAX_LAG],
                )
                small = bool(cursor.fetchone()[0])
        except Error as error:
            logger.warning("The replica cannot be asked, so everything is read from the primary: %s", error)
            return False
        if not small:
            logger.warning("The replica is more than %d seconds behind; everything is read from the primary", MAX_LAG)
        return small


_lag = _Lag()

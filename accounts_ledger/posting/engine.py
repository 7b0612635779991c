"""Chooses the engine for the database in use and runs it under `retry`."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts_ledger.models import Hold, Transfer
from accounts_ledger.posting import orm, postgresql, retry
from accounts_ledger.posting.request import HoldRequest, TransferRequest

Result = TypeVar("Result")


def ledger_connection() -> BaseDatabaseWrapper:
    """Return the connection to which the ledger is written."""
    return connections[router.db_for_write(Transfer)]


def serialised(act: Callable[[], Result]) -> Result:
    """Run *act*, which posts among other things, under `retry.serialised`."""
    return retry.serialised(ledger_connection(), act)


def post(request: TransferRequest) -> Transfer:
    """Write one transfer, whole or not at all; the request's account instances then carry their new balances."""
    connection = ledger_connection()
    return retry.serialised(connection, lambda: _engine(connection).post(connection, request))


def post_hold(request: HoldRequest) -> Hold:
    """Reserve available value; the request's account instance then carries its new held value."""
    connection = ledger_connection()
    return retry.serialised(connection, lambda: orm.post_hold(connection, request))


def post_release(hold: Hold, status: str) -> Hold:
    """End an open hold as *status* (voided or expired) and release its value."""
    connection = ledger_connection()
    return retry.serialised(connection, lambda: orm.post_release(connection, hold, status))


def _engine(connection: BaseDatabaseWrapper) -> ModuleType:
    return postgresql if connection.vendor == "postgresql" else orm

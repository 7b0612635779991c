"""Posting transfers: a list of requests, of which a single transfer is the shortest, all or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper

from accounts_ledger.exceptions import BatchRefused
from accounts_ledger.models import Transfer
from accounts_ledger.posting import portable, postgresql, retry
from accounts_ledger.posting.connection import ledger_connection
from accounts_ledger.posting.request import TransferRequest

Result = TypeVar("Result")


def retry_on_conflict(run: Callable[[], Result]) -> Result:
    """Return ``run()``, which posts among other things, repeated as `retry.retry_on_conflict` says."""
    return retry.retry_on_conflict(ledger_connection(), run)


def post(request: TransferRequest) -> Transfer:
    """Write one transfer; see `post_many`. What `post_many` gives as the cause is raised itself."""
    try:
        return post_many([request])[0]
    except BatchRefused as refusal:
        raise refusal.cause from refusal.cause.__cause__


def post_many(requests: Sequence[TransferRequest]) -> list[Transfer]:
    """Write all transfers or none, in the order given; the requests' instances then carry what became of them.

    Raises:
        BatchRefused: with the position and the refusal of the first that is refused.
    """
    if not requests:
        return []
    connection = ledger_connection()
    engine = _engine(connection, len(requests))
    return retry.retry_on_conflict(connection, lambda: engine.post(connection, requests))


def _engine(connection: BaseDatabaseWrapper, count: int) -> ModuleType:
    """Choose how *count* requests are posted. Very long lists are written by COPY, on PostgreSQL too."""
    in_one_call = connection.vendor == "postgresql" and count <= postgresql.MOST_REQUESTS
    return postgresql if in_one_call else portable

"""Posting on PostgreSQL: one transfer, or several of one act, is one call (``sql/postgresql/posting.sql``).

The accounts' rows are locked for no Python time at all, which is what a hot account such as Redemptions needs. The
refusal comes back as a value with its figures, so nothing is looked at a second time to find out why.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from django.db import IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts_ledger.exceptions import BatchRefused
from accounts_ledger.models import Account, Transfer
from accounts_ledger.posting import rules
from accounts_ledger.posting.instances import sync_captured
from accounts_ledger.posting.request import TransferRequest
from accounts_ledger.posting.retry import concurrent_update

#: More than these are written by COPY.
MOST_REQUESTS = 50

_UNIQUE_VIOLATION = "23505"
_COLUMNS = (
    "refusal, refused_id, available, transfer_id, posted_at, is_replay,"
    " source_balance, source_held, source_sequence, destination_balance, destination_held, destination_sequence"
)
_POST = f"SELECT {_COLUMNS} FROM ledger_post(%s::jsonb)"  # noqa: S608  (columns of our own)
_POST_ALL = f"SELECT {_COLUMNS} FROM ledger_post_all(%s::jsonb, %s::bigint[], %s::bigint[])"  # noqa: S608  (as above)

# Made once: json.dumps makes an encoder for each call that is not plain.
_encode = json.JSONEncoder(default=str, check_circular=False, separators=(",", ":")).encode


class _Outcome(NamedTuple):
    """What the database answers to one request."""

    refusal: str | None
    refused_id: int | None
    available: Any
    transfer_id: int
    posted_at: Any
    is_replay: bool
    source_balance: Any
    source_held: Any
    source_sequence: int
    destination_balance: Any
    destination_held: Any
    destination_sequence: int


def post(connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> list[Transfer]:
    """Write all transfers or none. See `accounts_ledger.posting.engine.post_many`."""
    try:
        outcomes = _outcomes(connection, requests)
    except IntegrityError as error:
        # References and keys were looked for before anything was written: somebody took one at this very moment. Where
        # the transaction is our own, another look tells more.
        if connection.in_atomic_block or getattr(error.__cause__, "sqlstate", None) != _UNIQUE_VIOLATION:
            raise
        raise concurrent_update() from error
    last = outcomes[-1]
    if last.refusal:
        position = len(outcomes) - 1
        raise BatchRefused(position, rules.refusal(last.refusal, requests[position], last.refused_id, last.available))
    earlier = _replayed(connection, outcomes)
    return [
        _posted(request, outcome, earlier.get(outcome.transfer_id))
        for request, outcome in zip(requests, outcomes, strict=True)
    ]


def _outcomes(connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> list[_Outcome]:
    if len(requests) == 1:
        return _call(connection, _POST, _encode(_columns(requests[0])))
    holds = {request.captures.pk for request in requests if request.captures}
    accounts = {account.pk for request in requests for account in (request.source, request.destination)}
    return _call(
        connection,
        _POST_ALL,
        _encode([_columns(request) for request in requests]),
        _array(sorted(holds)),
        _array(sorted(accounts, reverse=True)),
    )


def _call(connection: BaseDatabaseWrapper, statement: str, *arguments: str) -> list[_Outcome]:
    connection.validate_no_broken_transaction()
    connection.ensure_connection()
    # A cursor of psycopg's own binds parameters in the server, in a third of the time that Django's takes to write them
    # into the statement. Django's wrapper around it shows the statement to whoever watches the connection.
    with connection.wrap_database_errors:
        cursor: Any = psycopg.Cursor(connection.connection)  # the stubs' wrappers take Django's own cursors only
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(cursor) as watched:
        watched.execute(statement, arguments)
        return [_Outcome._make(row) for row in watched.fetchall()]


def _array(pks: Sequence[int]) -> str:
    # As text: psycopg takes longer to look at a list than the server to read it.
    return "{" + ",".join(map(str, pks)) + "}"


def _columns(request: TransferRequest) -> dict[str, Any]:
    """Return the columns of the transfer that have a value, as the function takes them."""
    author, spender = request.author, request.spender
    columns: dict[str, Any] = {
        "source_id": request.source.pk,
        "destination_id": request.destination.pk,
        "amount": str(request.amount),
        "kind": request.kind,
        "reference": request.reference,
        "username": request.username,
    }
    if request.parent:
        columns["parent_id"] = request.parent.pk
    if request.captures:
        columns["hold_id"] = request.captures.pk
    if request.merchant_reference is not None:
        columns["merchant_reference"] = request.merchant_reference
    if request.description is not None:
        columns["description"] = request.description
    if author:
        columns["user_id"] = author.pk
    if spender:
        columns["spender_id"] = spender.pk
    if request.idempotency_key:
        columns["idempotency_key"] = request.idempotency_key
    if request.at:
        columns["date_created"] = request.at.isoformat()
    return columns


def _replayed(connection: BaseDatabaseWrapper, outcomes: Sequence[_Outcome]) -> dict[int, Transfer]:
    """Return the transfers that were posted before for the requests' keys, by id."""
    pks = [outcome.transfer_id for outcome in outcomes if outcome.is_replay]
    return Transfer.objects.using(connection.alias).in_bulk(pks) if pks else {}


def _posted(request: TransferRequest, outcome: _Outcome, earlier: Transfer | None) -> Transfer:
    _carry(request.source, outcome.source_balance, outcome.source_held, outcome.source_sequence)
    _carry(request.destination, outcome.destination_balance, outcome.destination_held, outcome.destination_sequence)
    if earlier is not None:
        return earlier
    transfer = request.as_transfer(request.row(outcome.transfer_id, outcome.posted_at))
    sync_captured(request, transfer)
    return transfer


def _carry(account: Account, balance: Any, held: Any, sequence: int) -> None:
    account.balance, account.held, account.sequence = balance, held, sequence

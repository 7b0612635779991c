"""Posting through Python: the engine for SQLite, and for lists too long for one call on PostgreSQL.

The rows are locked, the transfers applied to them in memory, one after the other, and the results written in bulk. On
SQLite the lock is the database's write lock, taken at BEGIN (``transaction_mode = IMMEDIATE``).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import prefetch_related_objects

from accounts_ledger import locks
from accounts_ledger.exceptions import AccountException, AccountNotFound, BatchRefused
from accounts_ledger.models import Account, Hold, Transfer
from accounts_ledger.money import ZERO
from accounts_ledger.posting import rows, rules
from accounts_ledger.posting.connection import database_now
from accounts_ledger.posting.instances import sync_account, sync_captured
from accounts_ledger.posting.request import COLUMNS, TransferRequest


def post(connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> list[Transfer]:
    """Write all transfers or none. See `accounts_ledger.posting.engine.post_many`."""
    try:
        with rows.gc_paused(), transaction.atomic(using=connection.alias):
            books = _Books(connection, requests)
            transfers = [books.apply(position, request) for position, request in enumerate(requests)]
            books.write()
    except IntegrityError:
        _check_references(requests)
        raise
    for request, transfer in zip(requests, transfers, strict=True):
        for passed in (request.source, request.destination):
            sync_account(passed, books.accounts[passed.pk])
        sync_captured(request, transfer)
    return transfers


class _Books:
    """The locked rows, and what the transfers applied so far have made of them."""

    def __init__(self, connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> None:
        self.connection = connection
        self.holds = _locked_holds(connection, requests)
        self.accounts = _locked_accounts(connection, requests)
        if any(request.spender for request in requests):
            prefetch_related_objects(list(self.accounts.values()), "secondary_users")
        self.by_key = _posted_before(requests)
        self.now = database_now(connection)
        self.unused_ids = iter(rows.reserve_ids(connection, Transfer, len(requests)))
        self.postings: list[tuple[Any, ...]] = []
        self.moved: set[int] = set()
        self.captured: list[int] = []

    def apply(self, position: int, request: TransferRequest) -> Transfer:
        """Apply *request* to the accounts in memory; return its transfer: the old one for a key used before."""
        source, destination = self.accounts[request.source.pk], self.accounts[request.destination.pk]
        try:
            if request.idempotency_key in self.by_key:
                return rules.replay_transfer(request, self.by_key[request.idempotency_key])
            released = self._released(request)
            rules.check_transfer(request, source, destination, released)
        except AccountException as error:
            raise BatchRefused(position, error) from error
        row = request.row(next(self.unused_ids), request.at or self.now)
        transfer = request.as_transfer(row)
        source.held -= released
        _move(source, -request.amount)
        _move(destination, request.amount)
        self.moved |= {source.pk, destination.pk}
        self.postings.append((*row, source.balance, source.sequence, destination.balance, destination.sequence))
        if request.idempotency_key:
            self.by_key[request.idempotency_key] = transfer
        return transfer

    def _released(self, request: TransferRequest) -> Decimal:
        """Return what the captured hold lets go, having marked it as captured."""
        if request.captures is None:
            return ZERO
        hold = self.holds.get(request.captures.pk)
        if hold is None or hold.status != Hold.Status.OPEN or hold.account_id != request.source.pk:
            raise rules.hold_not_open(request.captures)
        hold.status = Hold.Status.CAPTURED
        self.captured.append(hold.pk)
        return hold.amount

    def write(self) -> None:
        rows.update_balances(self.connection, [self.accounts[pk] for pk in sorted(self.moved, reverse=True)])
        if self.captured:
            ended = Hold.objects.using(self.connection.alias).filter(pk__in=self.captured)
            ended.update(status=Hold.Status.CAPTURED, date_ended=self.now)
        if self.postings:
            rows.insert_postings(self.connection, COLUMNS, self.postings)


def _move(account: Account, amount: Decimal) -> None:
    account.balance += amount
    account.sequence += 1


def _locked_holds(connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> dict[int, Hold]:
    pks = {request.captures.pk for request in requests if request.captures}
    return locks.holds(pks, using=connection.alias) if pks else {}


def _locked_accounts(connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> dict[int, Account]:
    pks = {request.source.pk for request in requests} | {request.destination.pk for request in requests}
    try:
        return locks.accounts(pks, using=connection.alias)
    except AccountNotFound as error:
        missing = error.details["account"]
        positions = (n for n, request in enumerate(requests) if missing in (request.source.pk, request.destination.pk))
        raise BatchRefused(next(positions), error) from error


def _posted_before(requests: Sequence[TransferRequest]) -> dict[str | None, Transfer]:
    keys = [request.idempotency_key for request in requests if request.idempotency_key]
    if not keys:
        return {}
    return {transfer.idempotency_key: transfer for transfer in Transfer.objects.filter(idempotency_key__in=keys)}


def _check_references(requests: Sequence[TransferRequest]) -> None:
    """Refuse the first of *requests* whose reference is another transfer's: one posted, or one before it."""
    references = [request.reference for request in requests]
    keys = dict(Transfer.objects.filter(reference__in=references).values_list("reference", "idempotency_key"))
    for position, request in enumerate(requests):
        key = request.idempotency_key
        # With the key of that transfer too, the request means that very transfer.
        if request.reference in keys and (key is None or keys[request.reference] != key):
            raise BatchRefused(position, rules.reference_taken(request.reference))
        keys[request.reference] = key

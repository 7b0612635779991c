"""Many transfers in one act: all or nothing, in a handful of statements.

The accounts are locked in the one order that everyone uses, the transfers applied to them in memory, one after the
other by the same rules as single ones, and the results written in bulk.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import prefetch_related_objects

from accounts_ledger.exceptions import AccountException, AccountNotFound, BatchRefused
from accounts_ledger.models import Account, Transfer
from accounts_ledger.posting import bulk_write, collector, ids, moment, retry, rules
from accounts_ledger.posting.bulk_write import Side
from accounts_ledger.posting.engine import ledger_connection
from accounts_ledger.posting.orm import carry, lock_accounts
from accounts_ledger.posting.request import COLUMNS, TransferRequest


def post_many(requests: Sequence[TransferRequest]) -> list[Transfer]:
    """Write all transfers or none, in the order given; see `accounts_ledger.facade.transfer_many`."""
    if not requests:
        return []
    connection = ledger_connection()
    try:
        return retry.serialised(connection, lambda: _post(connection, requests))
    except IntegrityError:
        _check_references(requests)
        raise


def _post(connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> list[Transfer]:
    with collector.paused(), transaction.atomic(using=connection.alias):
        batch = _Batch(connection, requests)
        transfers = [batch.apply(position, request) for position, request in enumerate(requests)]
        batch.write()
    for request in requests:
        carry(batch.accounts[request.source.pk], request.source)
        carry(batch.accounts[request.destination.pk], request.destination)
    return transfers


class _Batch:
    """The locked accounts, and what the transfers applied so far have made of them."""

    def __init__(self, connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> None:
        self.connection = connection
        pks = {request.source.pk for request in requests} | {request.destination.pk for request in requests}
        self.accounts: dict[int, Account] = _locked(connection, pks, requests)
        if any(request.spender for request in requests):
            prefetch_related_objects(list(self.accounts.values()), "secondary_users")
        self.by_key: dict[str | None, Transfer] = _posted_before(requests)
        self.now: datetime.datetime = moment.now(connection)
        self.unused_ids = iter(ids.reserve(connection, Transfer, len(requests)))
        self.rows: list[tuple[Any, ...]] = []
        self.sides: list[Side] = []

    def apply(self, position: int, request: TransferRequest) -> Transfer:
        """Apply *request* to the accounts in memory; return its transfer: the old one for a key used before."""
        source, destination = self.accounts[request.source.pk], self.accounts[request.destination.pk]
        try:
            if request.idempotency_key in self.by_key:
                return rules.replay_transfer(request, self.by_key[request.idempotency_key])
            rules.check_transfer(request, source, destination)
        except AccountException as error:
            raise BatchRefused(position, error) from error
        at = request.at or self.now
        row = request.row(next(self.unused_ids), at)
        transfer = request.as_transfer(row)
        self.rows.append(row)
        self._move(transfer.pk, source, -request.amount, at)
        self._move(transfer.pk, destination, request.amount, at)
        if request.idempotency_key:
            self.by_key[request.idempotency_key] = transfer
        return transfer

    def _move(self, transfer: int, account: Account, amount: Decimal, at: datetime.datetime) -> None:
        account.balance += amount
        account.sequence += 1
        self.sides.append(Side(transfer, account.pk, amount, account.balance, account.sequence, at))

    def write(self) -> None:
        moved = {side.account_id for side in self.sides}
        bulk_write.journal(self.connection, COLUMNS, self.rows, self.sides)
        bulk_write.balances(self.connection, [self.accounts[pk] for pk in sorted(moved)])


def _locked(connection: BaseDatabaseWrapper, pks: set[int], requests: Sequence[TransferRequest]) -> dict[int, Account]:
    try:
        return lock_accounts(connection, pks)
    except AccountNotFound as error:
        missing = error.details["account"]
        positions = (n for n, request in enumerate(requests) if missing in (request.source.pk, request.destination.pk))
        raise BatchRefused(next(positions), error) from error


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


def _posted_before(requests: Sequence[TransferRequest]) -> dict[str | None, Transfer]:
    keys = [request.idempotency_key for request in requests if request.idempotency_key]
    if not keys:
        return {}
    found = Transfer.objects.filter(idempotency_key__in=keys)
    return {transfer.idempotency_key: transfer for transfer in found}

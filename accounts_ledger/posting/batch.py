"""Many transfers in one act: all or nothing, in a handful of statements.

The accounts are locked in the one order that everyone uses, the transfers applied to them in memory, one after the
other by the same rules as single ones, and the results written in bulk.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from accounts_ledger.exceptions import AccountException, BatchRefused
from accounts_ledger.models import Account, Transaction, Transfer
from accounts_ledger.posting import bulk_write, ids, retry, rules
from accounts_ledger.posting.engine import ledger_connection
from accounts_ledger.posting.orm import carry, lock_accounts, side
from accounts_ledger.posting.request import TransferRequest


def post_many(requests: Sequence[TransferRequest]) -> list[Transfer]:
    """Write all transfers or none, in the order given; see `accounts_ledger.facade.transfer_many`."""
    if not requests:
        return []
    connection = ledger_connection()
    return retry.serialised(connection, lambda: _post(connection, requests))


def _post(connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> list[Transfer]:
    with transaction.atomic(using=connection.alias):
        locked = _lock(connection, requests)
        earlier = _earlier(requests)
        now = timezone.now()
        fresh_ids = iter(ids.reserve(connection, Transfer, len(requests)))
        transfers: list[Transfer] = []
        written: dict[str, Transfer] = dict(earlier)
        new: list[Transfer] = []
        sides: list[Transaction] = []
        for position, request in enumerate(requests):
            try:
                replayed = written.get(request.idempotency_key or "")
                if replayed:
                    transfers.append(rules.replay_transfer(request, replayed))
                    continue
                source, destination = locked[request.source.pk], locked[request.destination.pk]
                rules.check_transfer(request, source, destination)
            except AccountException as error:
                raise BatchRefused(position, error) from error
            at = request.at or now
            transfer = request.as_transfer(next(fresh_ids), at)
            sides += (side(transfer, source, -request.amount, at), side(transfer, destination, request.amount, at))
            new.append(transfer)
            transfers.append(transfer)
            if request.idempotency_key:
                written[request.idempotency_key] = transfer
        bulk_write.journal(connection, new, sides)
        bulk_write.balances(connection, _moved(locked, sides))
    for request in requests:
        carry(locked[request.source.pk], request.source)
        carry(locked[request.destination.pk], request.destination)
    return transfers


def _lock(connection: BaseDatabaseWrapper, requests: Sequence[TransferRequest]) -> dict[int, Account]:
    pks = {request.source.pk for request in requests} | {request.destination.pk for request in requests}
    return lock_accounts(connection, pks)


def _earlier(requests: Sequence[TransferRequest]) -> dict[str, Transfer]:
    keys = [request.idempotency_key for request in requests if request.idempotency_key]
    if not keys:
        return {}
    found = Transfer.objects.filter(idempotency_key__in=keys)
    return {transfer.idempotency_key: transfer for transfer in found if transfer.idempotency_key}


def _moved(locked: dict[int, Account], sides: Sequence[Transaction]) -> list[Account]:
    moved: dict[int, Decimal] = {}
    for transaction_ in sides:
        moved[transaction_.account_id] = transaction_.amount
    return [locked[pk] for pk in moved]

"""The engine for PostgreSQL: one transfer is one call of a function (``sql/postgresql/post_transfer.sql``).

The accounts' rows are locked for no Python time at all, which is what a hot account such as Redemptions needs.
"""

from __future__ import annotations

import functools
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _
from psycopg.types.numeric import Int8

from accounts_ledger import exceptions
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import LARGEST
from accounts_ledger.posting import function, rules
from accounts_ledger.posting.orm import carry
from accounts_ledger.posting.request import TransferRequest
from accounts_ledger.posting.retry import concurrent_update

_CALL = """
SELECT posted_id, posted_at, side_id, side_balance, side_held, side_sequence
FROM ledger_post_transfer(
    %(source)s, %(destination)s, %(amount)s, %(released)s, %(hold)s, %(largest)s,
    %(is_spender_asked)s, %(spender)s::{user_type}, %(reference)s, %(kind)s, %(parent)s,
    %(merchant_reference)s, %(description)s, %(user)s::{user_type}, %(username)s, %(idempotency_key)s, %(at)s
)"""

#: How often a refusal is looked into when the reason has gone by the time of the second look.
_LOOKS = 3


def post(connection: BaseDatabaseWrapper, request: TransferRequest) -> Transfer:
    """Write one transfer. See `accounts_ledger.posting.engine.post`."""
    for _look in range(_LOOKS):
        sides = _execute(connection, request)
        if sides:
            return _posted(request, sides)
        earlier = _explain(connection, request)
        if earlier:
            return earlier
    raise concurrent_update()


def _execute(connection: BaseDatabaseWrapper, request: TransferRequest) -> list[tuple[Any, ...]]:
    connection.validate_no_broken_transaction()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        # A plain psycopg cursor, not Django's: it binds parameters in the server, so the plan can be kept.
        return cursor.execute(_statement(connection.alias), _parameters(request)).fetchall()


def _posted(request: TransferRequest, sides: list[tuple[Any, ...]]) -> Transfer:
    for _pk, _date, account_pk, balance, held, sequence in sides:
        account = request.source if account_pk == request.source.pk else request.destination
        account.balance, account.held, account.sequence = balance, held, sequence
    transfer_pk, date_created = sides[0][:2]
    return request.as_transfer(request.row(transfer_pk, date_created))


def _explain(connection: BaseDatabaseWrapper, request: TransferRequest) -> Transfer | None:
    """Find out why nothing was written: raise the reason, or return the transfer that the key stands for.

    None means that the reason has gone meanwhile.
    """
    earlier = None
    if request.idempotency_key:
        earlier = Transfer.objects.using(connection.alias).filter(idempotency_key=request.idempotency_key).first()
    accounts = Account.objects.using(connection.alias).in_bulk([request.source.pk, request.destination.pk])
    for pk in (request.source.pk, request.destination.pk):
        if pk not in accounts:
            raise exceptions.AccountNotFound(_("Account %s does not exist any more.") % pk, account=pk)
    if earlier:
        for passed in (request.source, request.destination):
            carry(accounts[passed.pk], passed)
        return rules.replay_transfer(request, earlier)
    rules.check_transfer(request, accounts[request.source.pk], accounts[request.destination.pk])
    rules.check_unique(request)
    return None


def _parameters(request: TransferRequest) -> dict[str, Any]:
    return {
        # Always 8 bytes: psycopg would choose by magnitude, and each combination would be another statement to plan.
        "source": Int8(request.source.pk),
        "destination": Int8(request.destination.pk),
        "amount": request.amount,
        "released": request.released,
        "hold": Int8(request.captures.pk) if request.captures else None,
        "largest": LARGEST,
        "is_spender_asked": request.spender is not None,
        "spender": request.spender.pk if request.spender else None,
        "reference": request.reference,
        "kind": str(request.kind),
        "parent": Int8(request.parent.pk) if request.parent else None,
        "merchant_reference": request.merchant_reference,
        "description": request.description,
        "user": request.author.pk if request.author else None,
        "username": request.username,
        "idempotency_key": request.idempotency_key,
        "at": request.at,
    }


@functools.cache
def _statement(alias: str) -> bytes:
    from django.db import connections

    return _CALL.replace("{user_type}", function.user_type(connections[alias])).encode()

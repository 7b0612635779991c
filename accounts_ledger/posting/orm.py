"""The engine for SQLite and any other database: one locked transaction through Django's ORM.

On SQLite the lock is the database's write lock, taken at BEGIN (``transaction_mode = IMMEDIATE``); elsewhere the rows
are locked, always in the order of their ids.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.models import Account, Hold, Transaction, Transfer
from accounts_ledger.posting import ids, moment, rules
from accounts_ledger.posting.request import HoldRequest, TransferRequest


def post(connection: BaseDatabaseWrapper, request: TransferRequest) -> Transfer:
    """Write one transfer. See `accounts_ledger.posting.engine.post`."""
    try:
        return _post(connection, request)
    except IntegrityError:
        rules.check_unique(request)
        raise


def _post(connection: BaseDatabaseWrapper, request: TransferRequest) -> Transfer:
    with transaction.atomic(using=connection.alias):
        accounts = lock_accounts(connection, [request.source.pk, request.destination.pk])
        if request.idempotency_key:
            earlier = Transfer.objects.filter(idempotency_key=request.idempotency_key).first()
            if earlier:
                for passed in (request.source, request.destination):
                    carry(accounts[passed.pk], passed)
                return rules.replay_transfer(request, earlier)
        source, destination = accounts[request.source.pk], accounts[request.destination.pk]
        rules.check_transfer(request, source, destination)
        at = request.at or moment.now(connection)
        [pk] = ids.reserve(connection, Transfer, 1)
        transfer = request.as_transfer(request.row(pk, at))
        source.held -= request.released
        Transaction.objects.bulk_create(
            [side(transfer, source, -request.amount, at), side(transfer, destination, request.amount, at)]
        )
        Transfer.objects.bulk_create([transfer])
        for account in (source, destination):
            _write(account)
    carry(source, request.source)
    carry(destination, request.destination)
    return transfer


def post_hold(connection: BaseDatabaseWrapper, request: HoldRequest) -> Hold:
    """Reserve value on one account. See `accounts_ledger.posting.engine.post_hold`."""
    with transaction.atomic(using=connection.alias):
        account = lock_accounts(connection, [request.account.pk])[request.account.pk]
        if request.idempotency_key:
            earlier = Hold.objects.filter(idempotency_key=request.idempotency_key).first()
            if earlier:
                carry(account, request.account)
                return rules.replay_hold(request, earlier)
        rules.check_hold(request, account)
        hold = Hold.objects.create(
            reference=request.reference,
            account=request.account,
            amount=request.amount,
            merchant_reference=request.merchant_reference,
            user=request.author,  # type: ignore[misc]  # any user model will do, the stubs know the default one only
            username=request.username,
            idempotency_key=request.idempotency_key,
            expires_at=request.expires_at,
        )
        account.held += request.amount
        _write(account)
    carry(account, request.account)
    return hold


def post_release(connection: BaseDatabaseWrapper, hold: Hold, status: str) -> Hold:
    """End an open hold and release its value. See `accounts_ledger.posting.engine.post_release`."""
    with transaction.atomic(using=connection.alias):
        end_hold(hold, status)
        account = lock_accounts(connection, [hold.account_id])[hold.account_id]
        account.held -= hold.amount
        _write(account)
    carry(account, hold.account)
    return hold


def end_hold(hold: Hold, status: str) -> None:
    """Mark an open hold as ended. Holds are locked before accounts, by everyone.

    Raises:
        HoldNotOpen: it ended before.
    """
    ended = Hold.objects.filter(pk=hold.pk, status=Hold.Status.OPEN)
    now = timezone.now()
    if not ended.update(status=status, date_ended=now):
        hold.refresh_from_db()
        raise exceptions.HoldNotOpen(
            _("Hold %(hold)s is already %(status)s.") % {"hold": hold, "status": hold.get_status_display().lower()}
        )
    hold.status, hold.date_ended = status, now


def lock_accounts(connection: BaseDatabaseWrapper, pks: Iterable[int]) -> dict[int, Account]:
    """Return the accounts, as they are now, locked from the newest to the oldest: the one order that everyone uses.

    So the accounts that all transfers share (Redemptions, Bank), which are older than any card, are locked last:
    whoever waits for a card keeps nobody else waiting.

    Raises:
        AccountNotFound: one of them does not exist.
    """
    wanted = set(pks)
    accounts = Account.objects.using(connection.alias).select_for_update(no_key=_has_key_locks(connection))
    locked = {account.pk: account for account in accounts.filter(pk__in=wanted).order_by("-pk")}
    missing = wanted - locked.keys()
    if missing:
        raise exceptions.AccountNotFound(_("Account %s does not exist any more.") % min(missing), account=min(missing))
    return locked


def side(transfer: Transfer, account: Account, amount: Decimal, at: datetime.datetime) -> Transaction:
    """Apply one side of *transfer* to the locked *account* and return the transaction to be written."""
    account.balance += amount
    account.sequence += 1
    return Transaction(
        transfer=transfer,
        account=account,
        amount=amount,
        balance=account.balance,
        sequence=account.sequence,
        date_created=at,
    )


def carry(locked: Account, passed: Account) -> None:
    """Let the caller's instance carry what the ledger knows now."""
    passed.balance, passed.held, passed.sequence = locked.balance, locked.held, locked.sequence


def _write(account: Account) -> None:
    Account.objects.filter(pk=account.pk).post(balance=account.balance, held=account.held, sequence=account.sequence)


def _has_key_locks(connection: BaseDatabaseWrapper) -> bool:
    return connection.features.has_select_for_no_key_update

"""Reserving value and letting it go, on every database. Capturing a hold is posting a transfer, see `engine`."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import exceptions, locks
from accounts_ledger.models import Account, Hold
from accounts_ledger.posting import rows, rules
from accounts_ledger.posting.connection import ledger_connection
from accounts_ledger.posting.engine import retry_on_conflict
from accounts_ledger.posting.instances import sync_account
from accounts_ledger.posting.request import HoldRequest


def post_hold(request: HoldRequest) -> Hold:
    """Reserve available value; the request's account instance then carries its new held value."""
    return retry_on_conflict(lambda: _hold(request))


def release(hold: Hold, status: str) -> Hold:
    """End an open hold as *status* (voided or expired) and release its value.

    Raises:
        HoldNotOpen: it ended before.
    """
    return retry_on_conflict(lambda: _release(hold, status))


def _hold(request: HoldRequest) -> Hold:
    with transaction.atomic(using=ledger_connection().alias):
        account = _locked(request.account.pk)
        if request.idempotency_key:
            earlier = Hold.objects.filter(idempotency_key=request.idempotency_key).first()
            if earlier:
                sync_account(request.account, account)
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
        rows.update_balances(ledger_connection(), [account])
    sync_account(request.account, account)
    return hold


def _release(hold: Hold, status: str) -> Hold:
    with transaction.atomic(using=ledger_connection().alias):
        locked = locks.holds([hold.pk]).get(hold.pk)
        if locked is None or locked.status != Hold.Status.OPEN:
            raise _not_open(hold, locked)
        now = timezone.now()
        Hold.objects.filter(pk=hold.pk).update(status=status, date_ended=now)
        account = _locked(locked.account_id)
        account.held -= locked.amount
        rows.update_balances(ledger_connection(), [account])
    hold.status, hold.date_ended = status, now
    sync_account(hold.account, account)
    return hold


def _locked(pk: int) -> Account:
    return locks.accounts([pk])[pk]


def _not_open(passed: Hold, locked: Hold | None) -> exceptions.HoldNotOpen:
    if locked is None:
        return rules.hold_not_open(passed)
    passed.status, passed.date_ended = locked.status, locked.date_ended
    return exceptions.HoldNotOpen(
        _("Hold %(hold)s is already %(status)s.") % {"hold": locked, "status": locked.get_status_display().lower()}
    )

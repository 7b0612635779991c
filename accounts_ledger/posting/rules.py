"""The rules of a transfer, checked on accounts as read under lock. The PostgreSQL statement checks the same ones."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.models import Account, Hold, Transfer
from accounts_ledger.money import LARGEST, display
from accounts_ledger.posting.request import HoldRequest, TransferRequest


def check_transfer(request: TransferRequest, source: Account, destination: Account) -> None:
    """Raise the AccountException that says why *request* may not be posted, if it may not."""
    if source.currency != destination.currency:
        raise exceptions.CurrencyMismatch(
            _("%(source)s is in %(one)s but %(destination)s is in %(other)s.")
            % {"source": source, "one": source.currency, "destination": destination, "other": destination.currency}
        )
    # What was authorised by a hold stays good when the account is frozen afterwards.
    _check_status(source, frozen_too=request.captures is None)
    _check_status(destination)
    _check_authority(source, request.spender)
    _check_available(source, request.amount, released=request.released)
    if max(abs(source.balance - request.amount), abs(destination.balance + request.amount)) > LARGEST:
        raise exceptions.InvalidAmount(_("A balance may not go beyond %s.") % LARGEST)


def check_hold(request: HoldRequest, account: Account) -> None:
    """Raise the AccountException that says why *request* may not be granted, if it may not."""
    if account.is_internal:
        raise exceptions.ProtectedAccount(_("%s holds nothing for anybody.") % account, account=account.pk)
    _check_status(account)
    _check_authority(account, request.user)
    _check_available(account, request.amount)


def replay_transfer(request: TransferRequest, earlier: Transfer) -> Transfer:
    """Return *earlier*, which used the request's idempotency key, if it is what the request asks for."""
    if not request.is_same_as(earlier):
        raise conflict(request.idempotency_key)
    return earlier


def replay_hold(request: HoldRequest, earlier: Hold) -> Hold:
    """Return *earlier*, which used the request's idempotency key, if it is what the request asks for."""
    if not request.is_same_as(earlier):
        raise conflict(request.idempotency_key)
    return earlier


def check_unique(request: TransferRequest) -> None:
    """Raise the AccountException that says what another transfer has already. Asked when the database refused it."""
    if Transfer.objects.filter(reference=request.reference).exists():
        raise reference_taken(request.reference)
    if request.captures and Transfer.objects.filter(hold=request.captures).exists():
        raise exceptions.HoldNotOpen(_("Hold %s was captured before.") % request.captures)


def reference_taken(reference: str) -> exceptions.ReferenceTaken:
    """Return the refusal of a reference that another transfer has."""
    return exceptions.ReferenceTaken(_("There is a transfer %s already.") % reference, reference=reference)


def conflict(key: str | None) -> exceptions.IdempotencyConflict:
    """Return the refusal of a key that stands for another request."""
    return exceptions.IdempotencyConflict(
        _("The idempotency key %s was used before, for a different request.") % key, key=key
    )


def _check_status(account: Account, frozen_too: bool = True) -> None:
    if account.is_closed():
        raise exceptions.ClosedAccount(_("%s is closed.") % account, account=account.pk)
    if account.is_frozen() and frozen_too:
        raise exceptions.FrozenAccount(_("%s is frozen.") % account, account=account.pk)


def _check_authority(account: Account, user: AbstractBaseUser | None) -> None:
    if not account.can_be_authorised_by(user):
        raise exceptions.NotAuthorised(
            _("%(user)s may not spend from %(account)s.") % {"user": user, "account": account}, account=account.pk
        )


def _check_available(account: Account, amount: Decimal, released: Decimal = Decimal(0)) -> None:
    if account.amount_available is None:
        return
    available = account.amount_available + released
    if amount > available:
        raise exceptions.InsufficientFunds(
            _("%(account)s has %(available)s available, which is less than %(amount)s.")
            % {
                "account": account,
                "available": display(available, account.currency),
                "amount": display(amount, account.currency),
            },
            account=account.pk,
            available=available,
        )

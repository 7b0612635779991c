"""The rules of a transfer, checked on accounts as read under lock, and the refusals that say which one is broken.

``sql/postgresql/posting.sql`` checks the same rules in the same order and names the refusal by its code.
"""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.models import Account, Hold, Transfer
from accounts_ledger.money import LARGEST, ZERO, display
from accounts_ledger.posting.request import HoldRequest, TransferRequest


def check_transfer(request: TransferRequest, source: Account, destination: Account, released: Decimal = ZERO) -> None:
    """Raise the AccountException that says why *request* may not be posted, if it may not.

    Args:
        released: what the hold that the request captures reserves, in the source's currency.
    """
    if source.currency != destination.currency:
        raise currency_mismatch(source, destination)
    # What was authorised by a hold stays good when the account is frozen afterwards.
    _check_status(source, frozen_too=request.captures is None)
    _check_status(destination)
    _check_authority(source, request.spender)
    _check_available(source, request.amount, released=released)
    if max(abs(source.balance - request.amount), abs(destination.balance + request.amount)) > LARGEST:
        raise balance_too_large()


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
        raise idempotency_conflict(request.idempotency_key)
    return earlier


def replay_hold(request: HoldRequest, earlier: Hold) -> Hold:
    """Return *earlier*, which used the request's idempotency key, if it is what the request asks for."""
    if not request.is_same_as(earlier):
        raise idempotency_conflict(request.idempotency_key)
    return earlier


def refusal(
    code: str, request: TransferRequest, refused_id: int | None, available: Decimal | None
) -> exceptions.AccountException:
    """Return the exception for a refusal that the database gave as a value."""
    source, destination = request.source, request.destination
    account = destination if refused_id == destination.pk else source
    match code:
        case "hold_not_open":
            return hold_not_open(request.captures)
        case "account_not_found":
            return account_not_found(account.pk)
        case "reference_taken":
            return reference_taken(request.reference)
        case "idempotency_conflict":
            return idempotency_conflict(request.idempotency_key)
        case "currency_mismatch":
            return currency_mismatch(source, destination)
        case "closed_account":
            return closed_account(account)
        case "frozen_account":
            return frozen_account(account)
        case "not_authorised":
            return not_authorised(source, request.spender)
        case "insufficient_funds":
            assert available is not None
            return insufficient_funds(source, request.amount, available)
        case "balance_too_large":
            return balance_too_large()
    raise AssertionError(f"The database refused a transfer by a code that is not known: {code}")


def account_not_found(pk: int) -> exceptions.AccountNotFound:
    return exceptions.AccountNotFound(_("Account %s does not exist any more.") % pk, account=pk)


def hold_not_open(hold: Hold | None) -> exceptions.HoldNotOpen:
    return exceptions.HoldNotOpen(_("Hold %s was captured, voided or expired before.") % hold)


def currency_mismatch(source: Account, destination: Account) -> exceptions.CurrencyMismatch:
    return exceptions.CurrencyMismatch(
        _("%(source)s is in %(one)s but %(destination)s is in %(other)s.")
        % {"source": source, "one": source.currency, "destination": destination, "other": destination.currency}
    )


def closed_account(account: Account) -> exceptions.ClosedAccount:
    return exceptions.ClosedAccount(_("%s is closed.") % account, account=account.pk)


def frozen_account(account: Account) -> exceptions.FrozenAccount:
    return exceptions.FrozenAccount(_("%s is frozen.") % account, account=account.pk)


def not_authorised(account: Account, user: AbstractBaseUser | None) -> exceptions.NotAuthorised:
    return exceptions.NotAuthorised(
        _("%(user)s may not spend from %(account)s.") % {"user": user, "account": account}, account=account.pk
    )


def insufficient_funds(account: Account, amount: Decimal, available: Decimal) -> exceptions.InsufficientFunds:
    return exceptions.InsufficientFunds(
        _("%(account)s has %(available)s available, which is less than %(amount)s.")
        % {
            "account": account,
            "available": display(available, account.currency),
            "amount": display(amount, account.currency),
        },
        account=account.pk,
        available=available,
    )


def balance_too_large() -> exceptions.InvalidAmount:
    return exceptions.InvalidAmount(_("A balance may not go beyond %s.") % LARGEST)


def reference_taken(reference: str) -> exceptions.ReferenceTaken:
    return exceptions.ReferenceTaken(_("There is a transfer %s already.") % reference, reference=reference)


def idempotency_conflict(key: str | None) -> exceptions.IdempotencyConflict:
    return exceptions.IdempotencyConflict(
        _("The idempotency key %s was used before, for a different request.") % key, key=key
    )


def _check_status(account: Account, frozen_too: bool = True) -> None:
    if account.is_closed():
        raise closed_account(account)
    if account.is_frozen() and frozen_too:
        raise frozen_account(account)


def _check_authority(account: Account, user: AbstractBaseUser | None) -> None:
    if not account.can_be_authorised_by(user):
        raise not_authorised(account, user)


def _check_available(account: Account, amount: Decimal, released: Decimal = ZERO) -> None:
    if account.amount_available is None:
        return
    available = account.amount_available + released
    if amount > available:
        raise insufficient_funds(account, amount, available)

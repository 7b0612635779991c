"""Changes of accounts' state by staff: freeze, thaw, extend, close. Each leaves who, when and why in the history."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import dates, exceptions, locks, posting
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import ZERO, display
from accounts_ledger.operations import arguments
from accounts_ledger.operations.refusals import door
from accounts_ledger.operations.states import (
    StateChange,
    StateReport,
    change_many,
    check_found_and_unprotected,
    check_not_closed,
    save_states,
    sync_state,
)
from accounts_ledger.operations.transfer import transfer

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("accounts_ledger")


@door
def freeze(account: Account, user: AbstractBaseUser | None = None, reason: str = "Frozen") -> Account:
    """Stop all movements on *account* until it is thawed. Holds that were granted before stay good.

    Args:
        user: the member of staff (or None, the system) who does it.
        reason: why, for the history; at most 100 characters.

    Raises:
        ProtectedAccount: it is one that the system relies on.
        FrozenAccount, ClosedAccount: it is not open.
        InvalidText: the reason is too long or cannot be stored.
    """

    return _change_one(account, _FREEZE, user, reason)


@door
def freeze_many(
    accounts: Iterable[Account], user: AbstractBaseUser | None = None, reason: str = "Frozen"
) -> StateReport:
    """Freeze all *accounts* that can be frozen, in one transaction; the report says why others could not."""
    return change_many(accounts, _FREEZE, user, reason)


@door
def thaw(account: Account, user: AbstractBaseUser | None = None, reason: str = "Thawed") -> Account:
    """Open a frozen account again.

    Raises:
        NotFrozen: it is open.
        ClosedAccount: it was closed for good.
        InvalidText: as `freeze`.
    """

    return _change_one(account, _THAW, user, reason)


@door
def thaw_many(accounts: Iterable[Account], user: AbstractBaseUser | None = None, reason: str = "Thawed") -> StateReport:
    """Thaw all *accounts* that are frozen, in one transaction; the report says why others were not."""
    return change_many(accounts, _THAW, user, reason)


@door
def extend(
    account: Account,
    end_date: datetime.date | datetime.datetime | None,
    user: AbstractBaseUser | None = None,
    reason: str = "Extended",
) -> Account:
    """Give *account* a later end: the last day on which it is valid, or None for no end at all.

    An expired account that is still open can be spent again afterwards.

    Raises:
        InvalidDate: not later than its end now, or not in the future.
        ProtectedAccount, ClosedAccount, InvalidText: as `freeze`.
    """
    return _change_one(account, _extension(end_date), user, reason)


@door
def extend_many(
    accounts: Iterable[Account],
    end_date: datetime.date | datetime.datetime | None,
    user: AbstractBaseUser | None = None,
    reason: str = "Extended",
) -> StateReport:
    """Extend all *accounts* that end before *end_date*, in one transaction; the report says why others were not."""
    return change_many(accounts, _extension(end_date), user, reason)


@door
def close(
    account: Account,
    user: AbstractBaseUser | None = None,
    reason: str = "Closed",
    remainder_to: Account | None = None,
    idempotency_key: str | None = None,
) -> Account:
    """Close *account* for good. What is left on it goes to *remainder_to*, in the same act.

    Args:
        remainder_to: where the balance goes (default: an account with a balance is not closed).
        idempotency_key: of the withdrawal of the balance, as for `facade.transfer`.

    Raises:
        AccountNotEmpty: it has open holds, owes money, or holds value and *remainder_to* is not given.
        FrozenAccount: it holds value and is frozen: thaw it first.
        ProtectedAccount, ClosedAccount, InvalidText: as `freeze`.
        AccountException: as `facade.transfer`.
    """

    arguments.check_text(arguments.IDEMPOTENCY_KEY, idempotency_key, arguments.LONGEST_KEY)
    if remainder_to is not None:
        arguments.check_account(_("account for the remainder"), remainder_to)

    def act(locked: Account) -> None:
        check_not_closed(locked)
        check_movable(locked)
        remainder = locked.balance
        if remainder and remainder_to is None:
            raise exceptions.AccountNotEmpty(
                _("%(account)s still holds %(balance)s and cannot be closed.")
                % {"account": locked, "balance": display(remainder, locked.currency)},
                account=locked.pk,
            )
        if remainder and remainder_to is not None:
            _withdraw_all(locked, remainder, remainder_to, user, reason, idempotency_key)
        save_state(locked, user, reason, status=Account.CLOSED)

    return change(account, user, reason, act)


def change(account: Account, user: AbstractBaseUser | None, reason: str, act: Callable[[Account], None]) -> Account:
    """Run *act* on *account* as it is under lock, and let the instance carry what became of it."""
    arguments.check_account(arguments.ACCOUNT, account)
    arguments.check_user(user)
    arguments.check_text(arguments.REASON, reason, arguments.LONGEST_REASON)

    def locked_act() -> Account:
        with transaction.atomic(using=posting.ledger_connection().alias):
            locked = lock(account)
            act(locked)
            return locked

    locked = posting.retry_on_conflict(locked_act)
    sync_state(account, locked)
    logger.info("Account #%s is %s, valid until %s", account.pk, account.status, account.end_date)
    return account


def lock(account: Account) -> Account:
    """Return the row of *account*, locked until the transaction ends.

    Raises:
        AccountNotFound: it was never saved, or is gone.
        ProtectedAccount: it is one that the system relies on, or keeps for itself.
    """
    locked = locks.account(account.pk)
    check_found_and_unprotected(locked)
    return locked


def save_state(locked: Account, user: AbstractBaseUser | None, reason: str, **changes: object) -> None:
    """Write *changes* of a locked account, with one row of history."""
    save_states([locked], changes, user, reason)


def check_movable(locked: Account) -> None:
    """Raise AccountNotEmpty if the whole balance of *locked* cannot be moved: part is held, or it owes money."""
    show = {"account": locked, "held": display(locked.held, locked.currency)}
    if locked.held:
        raise exceptions.AccountNotEmpty(
            _("%(account)s has %(held)s on hold. Void or capture its holds first.") % show, account=locked.pk
        )
    if locked.balance < 0:
        show["debt"] = display(-locked.balance, locked.currency)
        raise exceptions.AccountNotEmpty(_("%(account)s owes %(debt)s. Settle that first.") % show, account=locked.pk)


def _withdraw_all(
    locked: Account,
    remainder: Decimal,
    destination: Account,
    user: AbstractBaseUser | None,
    reason: str,
    idempotency_key: str | None,
) -> None:
    transfer(
        locked,
        destination,
        remainder,
        user=user,
        description=reason,
        idempotency_key=idempotency_key,
        kind=Transfer.Kind.WITHDRAWAL,
        as_staff=True,
    )
    assert locked.balance == ZERO


def _change_one(account: Account, change: StateChange, user: AbstractBaseUser | None, reason: str) -> Account:
    report = change_many([account], change, user, reason)
    for _account, refusal in report.refused:
        raise refusal
    logger.info("Account #%s is %s, valid until %s", account.pk, account.status, account.end_date)
    return account


def _check_can_freeze(locked: Account) -> None:
    check_not_closed(locked)
    if locked.is_frozen():
        raise exceptions.FrozenAccount(_("%s is frozen already.") % locked, account=locked.pk)


def _check_can_thaw(locked: Account) -> None:
    check_not_closed(locked)
    if not locked.is_frozen():
        raise exceptions.NotFrozen(_("%s is not frozen.") % locked, account=locked.pk)


_FREEZE = StateChange(_check_can_freeze, {"status": Account.FROZEN})
_THAW = StateChange(_check_can_thaw, {"status": Account.OPEN})


def _extension(end_date: datetime.date | datetime.datetime | None) -> StateChange:
    arguments.check_moment(_("end"), end_date)
    end = None if end_date is None else dates.end_of(end_date)

    def check(locked: Account) -> None:
        check_not_closed(locked)
        _check_later(locked, end)

    return StateChange(check, {"end_date": end})


def _check_later(locked: Account, end: datetime.datetime | None) -> None:
    if locked.end_date is None:
        raise exceptions.InvalidDate(_("%s has no end: there is nothing to extend.") % locked, account=locked.pk)
    if end is None:
        return
    if end <= locked.end_date:
        last_day = dates.last_day_before(locked.end_date)
        raise exceptions.InvalidDate(
            _("%(account)s is valid through %(day)s: choose a later day.")
            % {"account": locked, "day": last_day.isoformat()},
            account=locked.pk,
        )
    if end <= timezone.now():
        raise exceptions.InvalidDate(_("Choose a day that is not over yet."), account=locked.pk)

"""Changes of accounts' status and dates: one implementation, for one account or many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import exceptions, history, locks, posting
from accounts_ledger.models import Account
from accounts_ledger.operations import arguments

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class StateChange(NamedTuple):
    """What is to become of accounts, and the rule that each of them has to keep."""

    #: Called with the locked account; raises the AccountException that says why it may not be changed.
    check: Callable[[Account], None]
    #: Fields and their new values, the same for all.
    values: Mapping[str, object]


@dataclass
class StateReport:
    """What became of each account: those that were changed, and those that were not, with the reason."""

    changed: list[Account] = field(default_factory=list)
    refused: list[tuple[Account, exceptions.AccountException]] = field(default_factory=list)


def change_many(
    accounts: Iterable[Account], change: StateChange, user: AbstractBaseUser | None, reason: str
) -> StateReport:
    """Change all *accounts* that may be changed, in one transaction, with a row of history for each.

    The instances that are passed carry what became of them.
    """
    passed = arguments.listed(_("accounts"), accounts)
    for account in passed:
        arguments.check_account(arguments.ACCOUNT, account)
    arguments.check_user(user)
    arguments.check_text(arguments.REASON, reason, arguments.LONGEST_REASON)
    return posting.retry_on_conflict(lambda: _change(passed, change, user, reason))


def _change(passed: list[Account], change: StateChange, user: AbstractBaseUser | None, reason: str) -> StateReport:
    report = StateReport()
    with transaction.atomic(using=posting.ledger_connection().alias):
        chosen = Account.objects.filter(pk__in=[account.pk for account in passed])
        locked = {account.pk: account for account in locks.newest_first(chosen)}
        for account in passed:
            try:
                check_found_and_unprotected(locked.get(account.pk))
                change.check(locked[account.pk])
            except exceptions.AccountException as refusal:
                report.refused.append((account, refusal))
            else:
                report.changed.append(account)
        save_states([locked[account.pk] for account in report.changed], change.values, user, reason)
    for account in report.changed:
        sync_state(account, locked[account.pk])
    return report


def check_found_and_unprotected(locked: Account | None) -> None:
    """Raise AccountNotFound if there is no such account, ProtectedAccount if it is one that nobody may change."""
    if locked is None:
        raise exceptions.AccountNotFound(_("The account does not exist any more."))
    if locked.is_core:
        raise exceptions.ProtectedAccount(
            _("%s is an account that the system relies on. It stays open.") % locked, account=locked.pk
        )
    if locked.is_internal:
        raise exceptions.ProtectedAccount(
            _("%s is an account that the ledger keeps for itself. It stays as it is.") % locked, account=locked.pk
        )


def check_not_closed(locked: Account) -> None:
    if locked.is_closed():
        raise exceptions.ClosedAccount(_("%s is closed for good.") % locked, account=locked.pk)


def save_states(locked: list[Account], values: Mapping[str, object], user: object | None, reason: str) -> None:
    """Write *values* of locked accounts, with a row of history for each."""
    if not locked:
        return
    for account in locked:
        for name, value in values.items():
            setattr(account, name, value)
    Account.objects.filter(pk__in=[account.pk for account in locked]).update(**values)
    history.record(locked, reason=reason, user=user)


def sync_state(passed: Account, locked: Account) -> None:
    """Let the caller's instance say what the locked row says."""
    for name in ("status", "end_date", "name", "replaced_by_id", "balance", "held", "sequence"):
        setattr(passed, name, getattr(locked, name))

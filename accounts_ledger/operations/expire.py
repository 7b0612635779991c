"""Expiry: what is left on an account after its last day lapses, and the account is closed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import chart, exceptions, locks, posting
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import ZERO, display
from accounts_ledger.operations import arguments
from accounts_ledger.operations.refusals import door
from accounts_ledger.operations.states import save_states
from accounts_ledger.operations.transfer import transfer_many
from accounts_ledger.posting import TransferRequest

logger = logging.getLogger("accounts_ledger")

#: Accounts a transaction: the Lapsed account is locked for that many postings at a time.
BATCH_SIZE = 500


@dataclass
class ExpiryReport:
    """What a run did: accounts closed, value lapsed by currency, and the accounts that could not be closed."""

    closed: int = 0
    lapsed: dict[str, Decimal] = field(default_factory=dict)
    failures: list[tuple[Account, exceptions.AccountException]] = field(default_factory=list)

    def add(self, account: Account, value: Decimal) -> None:
        self.closed += 1
        self.lapsed[account.currency] = self.lapsed.get(account.currency, ZERO) + value


@door
def close_expired_accounts(
    accounts: Sequence[Account] | None = None,
    user: object | None = None,
    progress: Callable[[int], object] | None = None,
    seen: Mapping[int, Decimal] | None = None,
) -> ExpiryReport:
    """Move what is left on expired open accounts to the Lapsed account, and close them, empty ones too.

    Works in batches, each whole or not at all. An account that cannot be closed (it has open holds, or owes money)
    is reported, and the others go on. Safe to repeat, and to run on two machines at once. Frozen accounts are left
    alone: somebody is looking into them.

    Args:
        accounts: only these (default: all that have expired).
        user: who asked for it, for the record.
        progress: called with the number of accounts looked at since the last call.
        seen: only these, by id, and each only as long as its balance is the one given here. Others are reported as
            changed meanwhile.
    """
    arguments.check_user(user)
    if accounts is not None:
        accounts = arguments.listed(_("accounts"), accounts)
    for account in accounts or ():
        arguments.check_account(arguments.ACCOUNT, account)
    if seen is not None:
        _check_seen(seen)
    report = ExpiryReport()
    lapsed = _LapsedAccounts()
    for pks in _portions(accounts, seen):
        _close_batch(pks, lapsed, user, report, seen)
        if progress:
            progress(len(pks))
    logger.info("Expiry: %d accounts closed, %d could not be", report.closed, len(report.failures))
    return report


def _check_seen(seen: object) -> None:
    if not isinstance(seen, Mapping):
        raise exceptions.InvalidArgument(_("What was seen must be balances by ids, not %s.") % type(seen).__name__)
    for pk in seen:
        arguments.check_ids(id=pk)


def _portions(accounts: Sequence[Account] | None, seen: Mapping[int, Decimal] | None) -> Iterator[list[int]]:
    """Yield the ids of the accounts to look at, so many at a time, from the oldest to the newest."""
    if seen is not None:
        pks = sorted(seen)
        yield from (pks[start : start + BATCH_SIZE] for start in range(0, len(pks), BATCH_SIZE))
        return
    pending = Account.expired.filter(status=Account.OPEN, chart_code=None)
    if accounts is not None:
        pending = pending.filter(pk__in=[account.pk for account in accounts])
    last = 0
    while found := list(pending.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE]):
        last = found[-1]
        yield found


def _close_batch(
    pks: list[int],
    lapsed: _LapsedAccounts,
    user: object | None,
    report: ExpiryReport,
    seen: Mapping[int, Decimal] | None,
) -> None:
    try:
        for account, value in posting.retry_on_conflict(lambda: _close(pks, lapsed, user, seen)):
            report.add(account, value)
    except exceptions.AccountException as refusal:
        if len(pks) == 1:
            error = refusal.cause if isinstance(refusal, exceptions.BatchRefused) else refusal
            account = Account.objects.get(pk=pks[0])
            logger.warning("Account #%s could not be expired: %s", account.pk, error)
            report.failures.append((account, error))
            return
        # One of them spoils the batch: find it by halves, so that a few failures cost little.
        middle = len(pks) // 2
        _close_batch(pks[:middle], lapsed, user, report, seen)
        _close_batch(pks[middle:], lapsed, user, report, seen)


def _close(
    pks: list[int], lapsed: _LapsedAccounts, user: object | None, seen: Mapping[int, Decimal] | None
) -> list[tuple[Account, Decimal]]:
    connection = posting.ledger_connection()
    with transaction.atomic(using=connection.alias):
        accounts = _lock_expired(pks)
        for account in accounts:
            _check_expirable(account)
            if seen is not None:
                _check_as_seen(account, seen[account.pk])
        left = [(account, account.balance) for account in accounts]
        transfer_many(
            [
                TransferRequest(
                    source=account,
                    destination=lapsed[account.currency],
                    amount=value,
                    kind=Transfer.Kind.LAPSE,
                    description=_("Expired"),
                    user=user,  # type: ignore[arg-type]  # whatever user model the site has
                    check_authority=False,
                )
                for account, value in left
                if value
            ]
        )
        save_states(accounts, {"status": Account.CLOSED}, user, _("Expired"))
        return left


class _LapsedAccounts(dict[str, Account]):
    """The Lapsed account of each currency, looked up once and only when there is something to lapse."""

    def __missing__(self, currency: str) -> Account:
        self[currency] = chart.lapsed(currency)
        return self[currency]


def _lock_expired(pks: list[int]) -> list[Account]:
    """Return those of the accounts that are still to be closed, locked; another run's are left to it.

    They are locked from the newest to the oldest, as everywhere, and lapse from the oldest to the newest.
    """
    still_open = Account.objects.filter(pk__in=pks, status=Account.OPEN, end_date__lte=timezone.now())
    return list(locks.newest_first(still_open, skip_locked=True))[::-1]


def _check_as_seen(account: Account, balance: Decimal) -> None:
    if account.balance != balance:
        raise exceptions.ChangedMeanwhile(
            _("%(account)s has %(balance)s on it now, %(seen)s when it was looked at.")
            % {
                "account": account,
                "balance": display(account.balance, account.currency),
                "seen": display(balance, account.currency),
            },
            account=account.pk,
        )


def _check_expirable(account: Account) -> None:
    if account.held:
        raise exceptions.AccountNotEmpty(
            _("%(account)s has %(held)s on hold.")
            % {"account": account, "held": display(account.held, account.currency)},
            account=account.pk,
        )
    if account.balance < 0:
        raise exceptions.AccountNotEmpty(
            _("%(account)s owes %(debt)s.") % {"account": account, "debt": display(-account.balance, account.currency)},
            account=account.pk,
        )

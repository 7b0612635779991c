"""Locking beforehand, for callers that post more than once in a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import exceptions, locks, posting
from accounts_ledger.models import Account, Hold, Transfer
from accounts_ledger.operations import arguments
from accounts_ledger.operations.refusals import door

Result = TypeVar("Result")


@door
def lock(accounts: Iterable[Account], holds: Iterable[Hold] = (), transfers: Iterable[Transfer] = ()) -> None:
    """Lock what several postings will need until the transaction ends, in the one order that everyone uses.

    Each posting locks by itself what it needs. Whoever posts twice in a transaction would have Redemptions from the
    first one when the second one asks for a card; somebody else may have that card and be waiting for Redemptions.

    Args:
        accounts: those to be posted to, but not those that all transfers share: these come last.
        holds: those to be captured.
        transfers: those to be refunded or reversed.

    Raises:
        AccountNotFound: an account does not exist.
    """
    accounts, holds, transfers = _listed(accounts, holds, transfers)
    for account in accounts:
        arguments.check_account(arguments.ACCOUNT, account)
    for hold in holds:
        arguments.check_hold(hold)
    for transfer in transfers:
        arguments.check_transfer(_("transfer"), transfer)
    locks.holds(hold.pk for hold in holds)
    locks.transfers(transfer.pk for transfer in transfers)
    locks.accounts(account.pk for account in accounts)


def while_locked(
    act: Callable[[], Result],
    accounts: Iterable[Account] = (),
    holds: Iterable[Hold] = (),
    transfers: Iterable[Transfer] = (),
) -> Result:
    """Return ``act()``, run in one transaction in which these rows stay as they are for everybody else.

    For whoever looks first and acts on what was seen. The whole is repeated a few times while the database refuses it
    for others' sake, so *act* must read what it goes by within itself.

    Raises:
        AccountNotFound: an account does not exist.
        ConcurrentUpdate: the database could not serialise it with what others did; try again.
    """

    if not callable(act):
        raise exceptions.InvalidArgument(_("What is to be done must be a function, not %s.") % type(act).__name__)
    # Read once: what gives its items only once would lock nothing when the whole is repeated.
    accounts, holds, transfers = _listed(accounts, holds, transfers)

    def _run() -> Result:
        with transaction.atomic(using=posting.ledger_connection().alias):
            lock(accounts, holds, transfers)
            return act()

    return posting.retry_on_conflict(_run)


def _listed(
    accounts: Iterable[Account], holds: Iterable[Hold], transfers: Iterable[Transfer]
) -> tuple[list[Account], list[Hold], list[Transfer]]:
    return (
        arguments.listed(_("accounts"), accounts),
        arguments.listed(_("holds"), holds),
        arguments.listed(_("transfers"), transfers),
    )

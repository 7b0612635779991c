"""Taking a load back: the value returns to where it came from, and the account that nobody has used is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.models import Account, Transfer
from accounts_ledger.operations import arguments
from accounts_ledger.operations.lifecycle import close
from accounts_ledger.operations.lock import while_locked
from accounts_ledger.operations.refusals import door
from accounts_ledger.operations.undo import reverse

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@door
def take_back(
    load: Transfer,
    user: AbstractBaseUser | None = None,
    reason: str = "Taken back",
    idempotency_key: str | None = None,
) -> Transfer:
    """Reverse *load*, the only movement of its account, and close that account: both or neither.

    Safe to repeat: a load that was taken back before is answered with the reversal of then. An account whose load was
    reversed and which is empty, but open still, is closed.

    Args:
        user: the member of staff (or None, the system) who does it.
        reason: why, for the reversal and for the account's history; at most 100 characters.
        idempotency_key: of the reversal, as for `facade.transfer`.

    Returns:
        The reversal.

    Raises:
        NotUndoable: the account was used since: money moved on it, or part of it is held.
        FrozenAccount: somebody is looking into it.
        AccountException: as `facade.reverse` and `facade.close`.
    """

    arguments.check_transfer(_("load"), load)
    arguments.check_user(user)
    arguments.check_text(arguments.REASON, reason, arguments.LONGEST_REASON)

    def _run() -> Transfer:
        account = Account.objects.get(pk=load.destination_id)
        reversal = Transfer.objects.filter(parent=load, kind=Transfer.Kind.REVERSAL).first()
        if reversal is not None and account.is_closed():
            return reversal
        _check_unused(account, moved=1 if reversal is None else 2)
        if reversal is None:
            reversal = reverse(load, user=user, description=reason, idempotency_key=idempotency_key, pass_on=False)
        close(account, user=user, reason=reason)
        return reversal

    return while_locked(_run, accounts=[load.destination], transfers=[load])


def _check_unused(account: Account, moved: int) -> None:
    if account.sequence != moved or account.held:
        raise exceptions.NotUndoable(_("%s was used, so it cannot be taken back.") % account, account=account.pk)

"""Replacement of a lost card: a new code, the old balance, and the old card closed, in one act."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts_ledger import history
from accounts_ledger.models import Account, Transfer
from accounts_ledger.operations import arguments
from accounts_ledger.operations.issue import new_code
from accounts_ledger.operations.lifecycle import change, check_movable, save_state
from accounts_ledger.operations.refusals import door
from accounts_ledger.operations.states import check_not_closed
from accounts_ledger.operations.transfer import transfer

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("accounts_ledger")

#: What the new account takes over from the old one.
_INHERITED = (
    "description",
    "account_type_id",
    "holder_email",
    "primary_user_id",
    "holder_email",
    "currency",
    "credit_limit",
    "start_date",
    "end_date",
    "product_range_id",
    "can_be_used_for_non_products",
)


@door
def replace(
    account: Account,
    user: AbstractBaseUser | None = None,
    reason: str = "Replaced",
    idempotency_key: str | None = None,
) -> Account:
    """Move everything that *account* is and has to a new account with a new code, and close the old one.

    A frozen account can be replaced: freezing is what one does first when a card is lost.

    Args:
        user: the member of staff who does it.
        reason: why, for the history of both; at most 100 characters.
        idempotency_key: of the transfer of the balance, as for `facade.transfer`.

    Returns:
        The new account. An account that was replaced before is not replaced again: its replacement is returned.

    Raises:
        AccountNotEmpty: it has open holds, or owes money.
        ProtectedAccount, ClosedAccount, InvalidText: as `facade.freeze`.
        AccountException: as `facade.transfer`.
    """

    arguments.check_text(arguments.IDEMPOTENCY_KEY, idempotency_key, arguments.LONGEST_KEY)

    def act(locked: Account) -> None:
        if locked.replaced_by_id is not None:
            return
        check_not_closed(locked)
        check_movable(locked)
        name = locked.name
        save_state(locked, user, reason, status=Account.OPEN, name=_former(locked))
        new = _successor(locked, name, user, reason)
        if locked.balance:
            transfer(
                locked,
                new,
                locked.balance,
                user=user,
                description=_("Replacement of %s") % (locked.masked_code or f"#{locked.pk}"),
                idempotency_key=idempotency_key,
                kind=Transfer.Kind.TRANSFER,
                as_staff=True,
            )
        save_state(locked, user, reason, status=Account.CLOSED, replaced_by=new)

    change(account, user, reason, act)
    replacement = Account.objects.get(replaces=account.pk)
    logger.info("Account #%s replaced by account #%s", account.pk, replacement.pk)
    return replacement


def _successor(locked: Account, name: str | None, user: AbstractBaseUser | None, reason: str) -> Account:
    inherited: dict[str, Any] = {field: getattr(locked, field) for field in _INHERITED}
    new = Account(name=name, code=new_code(locked.account_type), **inherited)
    history.note(new, reason=reason, user=user)
    new.save()
    new.secondary_users.set(locked.secondary_users.all())
    return new


def _former(locked: Account) -> str | None:
    """Return the name of the old account: the new one takes its own over, and names are unique."""
    if locked.name is None:
        return None
    suffix = _(" (replaced, #%d)") % locked.pk
    return locked.name[: 128 - len(suffix)] + suffix

"""Finding an account by the code that a shopper typed, without telling strangers anything about codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts_ledger import codes, exceptions
from accounts_ledger.models import Account
from oscar_integration.eligibility import check_usable

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

#: Longer input is no code; it is not even looked up.
LONGEST_CODE = 128


class UnusableCode(exceptions.AccountException):
    """The code does not lead to an account that the shopper may use. The message is the same whatever the reason."""

    def __init__(self) -> None:
        super().__init__(_("This code cannot be used. Please check it and try again."))


def account_for_code(code: str, user: AbstractBaseUser | AnonymousUser, currency: str) -> Account:
    """Return the account with *code*, which *user* may use to pay in *currency*.

    Raises:
        UnusableCode: unknown, closed, frozen, expired, empty, not yet valid, somebody else's, or of another currency.
        AccountException: the reason itself, for the user whose account it is.
    """
    typed = codes.normalise(code.replace("\x00", ""))
    account = Account.objects.select_related("product_range").filter(code=typed[:LONGEST_CODE]).first()
    if account is None or not typed or len(typed) > LONGEST_CODE:
        raise UnusableCode
    try:
        check_usable(account, user, currency)
    except exceptions.AccountException as error:
        if not _is_theirs(account, user):
            raise UnusableCode from error
        raise
    return account


def _is_theirs(account: Account, user: AbstractBaseUser | AnonymousUser) -> bool:
    if user.pk is None:
        return False
    if account.primary_user_id is not None:
        return bool(account.primary_user_id == user.pk)
    return account.secondary_users.filter(pk=user.pk).exists()

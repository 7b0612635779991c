"""Finding an account by the code that a shopper typed, with the same work whatever the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from accounts_ledger import code_rotation, codes, exceptions
from accounts_ledger.models import Account
from oscar_integration.eligibility import check_funds, check_valid

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

#: Longer input is no code; it is not even looked up.
LONGEST_CODE = 128


class UnusableCode(exceptions.AccountException):
    """The code leads to no account that the shopper may use. The message is the same whatever the reason."""

    def __init__(self) -> None:
        super().__init__(_("This code cannot be used. Please check it and try again."))


@dataclass(frozen=True)
class Found:
    """The account with the code that was typed, if there is one, and what the shopper is to it."""

    account: Account | None
    is_theirs: bool
    may_spend: bool


def usable(found: Found, currency: str | None) -> Account:
    """Return the account that was found if it can pay in *currency* (None: if it is valid, with money or without).

    Raises:
        UnusableCode: whatever the reason, for a stranger.
        AccountException: the reason itself, for the user whose account it is.
    """
    if found.account is None or not found.may_spend:
        raise UnusableCode
    try:
        check_valid(found.account)
        if currency is not None:
            check_funds(found.account, currency)
    except exceptions.AccountException as error:
        if found.is_theirs:
            raise
        raise UnusableCode from error
    return found.account


def find(code: str, user: AbstractBaseUser | AnonymousUser) -> Found:
    """Look *code* up for *user*: always two queries, so that the time taken says nothing about the code.

    Raises:
        UnknownCodeKey: the site lacks a key, so that a code which is not found may well be there.
    """
    code_rotation.check_keys_are_known()
    typed = codes.normalise(code)
    if len(typed) > LONGEST_CODE:
        typed = ""
    account = Account.objects.select_related("product_range").filter(code=typed or "-", chart_code=None).first()
    sharing = Account.secondary_users.through.objects.filter(account_id=account.pk if account else 0)
    shared_with = set(sharing.values_list("user_id", flat=True))
    if account is None:
        return Found(None, is_theirs=False, may_spend=False)
    if account.primary_user_id is not None:
        is_theirs = account.primary_user_id == user.pk
    else:
        is_theirs = user.pk is not None and user.pk in shared_with
    has_users = account.primary_user_id is not None or bool(shared_with)
    return Found(account, is_theirs=is_theirs, may_spend=is_theirs or not has_users)

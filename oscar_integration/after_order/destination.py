"""Where a refund goes: to the account that paid or, if it is closed or expired, by policy to another one."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from accounts_ledger import facade, history
from accounts_ledger.models import Account
from oscar_integration import conf

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

REPLACE, EXTEND = "replace", "extend"


def destination_of(account: Account, user: AbstractBaseUser | None, reason: str) -> tuple[Account, bool]:
    """Return the account that takes a refund to *account*, and whether it was made for that.

    A card that was replaced passes the money on to its replacement. A frozen one keeps its place: whoever froze it
    did not want its money to go elsewhere, and the ledger will refuse.
    """
    while account.replaced_by is not None:
        account = account.replaced_by
    expired = account.end_date is not None and account.end_date <= timezone.now()
    if account.is_frozen() or not (account.is_closed() or expired):
        return account, False
    policy = conf.get("ACCOUNTS_REFUND_TO_EXPIRED")
    if policy not in (REPLACE, EXTEND):
        raise ImproperlyConfigured(f"ACCOUNTS_REFUND_TO_EXPIRED is {policy!r}.")
    if policy == EXTEND and account.is_open():
        return facade.extend(account, _last_day(), user=user, reason=reason), False
    return _replacement(account, user, reason), True


def _replacement(account: Account, user: Any, reason: str) -> Account:
    """Make an account like *account*, with a code of its own, that is valid from now on."""
    new = Account.objects.create(
        account_type=account.account_type,
        code=facade.new_code(account.account_type),
        primary_user=account.primary_user,
        currency=account.currency,
        description=account.description,
        product_range=account.product_range,
        can_be_used_for_non_products=account.can_be_used_for_non_products,
        end_date=_last_day(),
    )
    new.secondary_users.set(account.secondary_users.all())
    history.record([new], reason=reason, user=user)
    return new


def _last_day() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=conf.get("ACCOUNTS_REFUND_VALIDITY_DAYS"))

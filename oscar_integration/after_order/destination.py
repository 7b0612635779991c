"""Where a refund goes: to the account that paid or, if it is closed or expired, by policy to another one."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from accounts_ledger import facade, history
from accounts_ledger.models import Account
from oscar_integration import conf
from oscar_integration.models import OrderRefundPart

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

REPLACE, EXTEND = "replace", "extend"


def destination_of(account: Account, user: AbstractBaseUser | None, reason: str) -> tuple[Account, Account | None]:
    """Return the account that takes a refund to *account*, and the one that it was made to replace, if it was.

    A card that was replaced passes the money on to its replacement; so does one that has expired and got a new card by
    an earlier refund. A frozen one keeps its place: whoever froze it did not want its money to go elsewhere, and the
    ledger will refuse. The accounts of `accounts_to_lock` are to be locked before.
    """
    account, replaced = _last_replacement(account)
    account.refresh_from_db()
    if account.is_frozen() or not _is_over(account):
        return account, replaced
    policy = conf.get("ACCOUNTS_REFUND_TO_EXPIRED")
    if policy not in (REPLACE, EXTEND):
        raise ImproperlyConfigured(f"ACCOUNTS_REFUND_TO_EXPIRED is {policy!r}.")
    if policy == EXTEND and account.is_open():
        return facade.extend(account, _last_day(), user=user, reason=reason), None
    return _replacement(account, user, reason), account


def accounts_to_lock(accounts: Iterable[Account]) -> list[Account]:
    """Return *accounts* and what replaces them: of two refunds at the same moment, one makes a new card."""
    found: dict[int, Account] = {}
    for account in accounts:
        last, _replaced = _last_replacement(account)
        found |= {account.pk: account, last.pk: last}
    return list(found.values())


def _last_replacement(account: Account) -> tuple[Account, Account | None]:
    """Return the account that stands for *account* now, and the one that an earlier refund made it for, if one did."""
    replaced = None
    while _is_over(account):
        if account.replaced_by is not None:
            account = account.replaced_by
            continue
        made = _made_by_refund(account)
        if made is None:
            break
        account, replaced = made, account
    return account, replaced


def _made_by_refund(account: Account) -> Account | None:
    part = OrderRefundPart.objects.filter(replaces=account).select_related("destination").order_by("-pk").first()
    return part.destination if part is not None else None


def _is_over(account: Account) -> bool:
    return account.is_closed() or (account.end_date is not None and account.end_date <= timezone.now())


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

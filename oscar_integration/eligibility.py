"""Whether an account may be used to pay at all, now, by this shopper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO
from oscar_integration.naming import label

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

Shopper = "AbstractBaseUser | AnonymousUser"


def check_usable(account: Account, user: AbstractBaseUser | AnonymousUser, currency: str) -> None:
    """Raise the reason why *user* may not pay with *account* an order in *currency*, if there is one.

    The reasons are fit for somebody who is known to hold the account; strangers get one generic message, see
    `oscar_integration.guessing`.

    Raises:
        ClosedAccount, FrozenAccount, InactiveAccount, NotAuthorised, CurrencyMismatch, InsufficientFunds.
    """
    check_valid(account)
    if not account.can_be_authorised_by(user):  # type: ignore[arg-type]  # only the key is looked at, a guest has none
        raise exceptions.NotAuthorised(_("%s belongs to somebody else.") % label(account), account=account.pk)
    check_funds(account, currency)


def check_valid(account: Account) -> None:
    """Raise the reason why nobody may spend *account* now, if there is one. Asks the database nothing.

    Raises:
        ClosedAccount, FrozenAccount, InactiveAccount.
    """
    if account.is_core or account.is_closed():
        raise exceptions.ClosedAccount(_("%s is closed.") % label(account), account=account.pk)
    if account.is_frozen():
        raise exceptions.FrozenAccount(_("%s is frozen.") % label(account), account=account.pk)
    if not account.is_active():
        raise exceptions.InactiveAccount(_("%s is not valid today.") % label(account), account=account.pk)


def check_funds(account: Account, currency: str) -> None:
    """Raise the reason why *account* can pay nothing in *currency*, if there is one. Asks the database nothing.

    Raises:
        CurrencyMismatch, InsufficientFunds.
    """
    if account.currency != currency:
        raise exceptions.CurrencyMismatch(
            _("%(account)s is in %(currency)s, but this order is in %(order)s.")
            % {"account": label(account), "currency": account.currency, "order": currency},
            account=account.pk,
        )
    available = account.amount_available
    if available is not None and available <= ZERO:
        raise exceptions.InsufficientFunds(_("There is nothing left on %s.") % label(account), account=account.pk)

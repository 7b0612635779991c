"""The site's limits on value in customers' accounts (``ACCOUNTS_MIN_LOAD_VALUE`` and its siblings)."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from accounts_ledger import conf
from accounts_ledger.exceptions import LimitExceeded
from accounts_ledger.models import Account
from accounts_ledger.money import display


def check_load(amount: Decimal, currency: str) -> None:
    """Raise LimitExceeded if *amount* is less than may be loaded at once."""
    least = conf.get("ACCOUNTS_MIN_LOAD_VALUE")
    if least is not None and amount < least:
        raise LimitExceeded(_("The least that can be loaded is %s.") % display(least, currency))


def check_initial(amount: Decimal, currency: str) -> None:
    """Raise LimitExceeded if *amount* is more than a new account may start with."""
    for name in ("ACCOUNTS_MAX_INITIAL_VALUE", "ACCOUNTS_MAX_ACCOUNT_VALUE"):
        most = conf.get(name)
        if most is not None and amount > most:
            raise LimitExceeded(_("A new account can start with at most %s.") % display(most, currency))


def check_balance(account: Account, amount: Decimal) -> None:
    """Raise LimitExceeded if *amount* more would take *account* beyond what an account may hold.

    A limit of policy, not of correctness: it is checked on the balance as last read, without a lock.
    """
    most = conf.get("ACCOUNTS_MAX_ACCOUNT_VALUE")
    if most is not None and account.balance + amount > most:
        raise LimitExceeded(
            _("An account can hold at most %(most)s; this one has %(balance)s.")
            % {"most": display(most, account.currency), "balance": display(account.balance, account.currency)}
        )

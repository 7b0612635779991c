"""What commands say in words (a source, a type, a user), found in the database."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts_ledger import chart, conf
from accounts_ledger.exceptions import AccountException, AccountNotFound
from accounts_ledger.models import Account, AccountType


def source(name: str, currency: str | None = None) -> Account:
    """Return the account with this name or chart code ("Bank", "BANK:GBP") that loads may come from.

    Raises:
        AccountNotFound: there is none; the message names those that there are.
    """
    offered = [account for code in conf.currencies() for account in chart.sources(code)]
    wanted = name.strip().lower()
    for account in offered:
        if currency in (None, account.currency) and wanted in (
            (account.name or "").lower(),
            (account.chart_code or "").lower(),
        ):
            return account
    known = ", ".join(str(account) for account in offered)
    raise AccountNotFound(_("%(name)s is no source of loads. There are: %(names)s.") % {"name": name, "names": known})


def account_type(name: str) -> AccountType:
    """Return the account type below Deferred income with this name or code.

    Raises:
        AccountException: there is none; the message names those that there are.
    """
    types = chart.deferred_income_types()
    found = types.filter(Q(name__iexact=name) | Q(code__iexact=name)).first()
    if found is None:
        names = ", ".join(types.values_list("name", flat=True))
        raise AccountException(
            _("There is no account type %(name)s. There are: %(names)s.") % {"name": name, "names": names}
        )
    return found


def product_range(name: str | None) -> int | None:
    """Return the id of the product range with this name, None for None.

    Raises:
        AccountException: there is none.
    """
    if name is None:
        return None
    found = apps.get_model("offer", "Range").objects.filter(name__iexact=name).values_list("pk", flat=True).first()
    if found is None:
        raise AccountException(_("There is no product range %s.") % name)
    return int(found)


def user(name: str | None) -> Any:
    """Return the user with this user name, None for None.

    Raises:
        AccountException: there is none.
    """
    if name is None:
        return None
    manager = get_user_model()._default_manager
    found = manager.filter(username=name).first()
    if found is None:
        raise AccountException(_("There is no user %s.") % name)
    return found

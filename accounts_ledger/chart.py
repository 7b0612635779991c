"""The chart of accounts: the account types and core accounts that the system relies on.

Code finds them by ``code`` and ``chart_code``, which never change; staff may rename them. The structure is that of
django-oscar-accounts: Assets (Sales, Cash, Unpaid) and Liabilities (Deferred income).
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import conf
from accounts_ledger.exceptions import AccountNotFound
from accounts_ledger.models import Account, AccountType
from accounts_ledger.money import ZERO

# Codes of the account types.
ASSETS = "ASSETS"
SALES = "SALES"
CASH = "CASH"
UNPAID = "UNPAID"
LIABILITIES = "LIABILITIES"
DEFERRED_INCOME = "DEFERRED-INCOME"

# Roles of the core accounts. A chart code is a role and a currency: "BANK:GBP".
BANK = "BANK"
REDEMPTIONS = "REDEMPTIONS"
LAPSED = "LAPSED"


def init() -> list[str]:
    """Create what is missing of the chart of accounts, in every currency in use. Safe to repeat.

    Returns:
        The names of what was created.
    """
    created: list[str] = []
    with transaction.atomic():
        assets = _type(ASSETS, _("Assets"), None, created)
        sales = _type(SALES, _("Sales"), assets, created)
        cash = _type(CASH, _("Cash"), assets, created)
        unpaid = _type(UNPAID, _("Unpaid"), assets, created)
        liabilities = _type(LIABILITIES, _("Liabilities"), None, created)
        income = _type(DEFERRED_INCOME, _("Deferred income"), liabilities, created)
        for number, name in enumerate(conf.get("ACCOUNTS_DEFERRED_INCOME_ACCOUNT_TYPES"), 1):
            _type(f"{DEFERRED_INCOME}-{number}", name, income, created)
        for currency in conf.currencies():
            _account(REDEMPTIONS, conf.get("ACCOUNTS_REDEMPTIONS_NAME"), sales, currency, created, credit_limit=ZERO)
            _account(LAPSED, conf.get("ACCOUNTS_LAPSED_NAME"), sales, currency, created, credit_limit=ZERO)
            _account(BANK, conf.get("ACCOUNTS_BANK_NAME"), cash, currency, created, credit_limit=None)
            for number, name in enumerate(conf.get("ACCOUNTS_UNPAID_SOURCES"), 1):
                _account(f"{UNPAID}-{number}", name, unpaid, currency, created, credit_limit=None)
    return created


def init_after_migrate(*, using: str, **kwargs: Any) -> None:
    """Create the chart of accounts once the tables are there."""
    from django.db import connections
    from django.db.migrations.recorder import MigrationRecorder

    from accounts_ledger import guards

    if guards.MIGRATION in MigrationRecorder(connections[using]).applied_migrations():
        init()


def bank(currency: str | None = None) -> Account:
    """Return the source of value that customers paid for."""
    return core_account(BANK, currency)


def redemptions(currency: str | None = None) -> Account:
    """Return the account to which value goes when it is spent."""
    return core_account(REDEMPTIONS, currency)


def lapsed(currency: str | None = None) -> Account:
    """Return the account to which the remainder of expired accounts goes."""
    return core_account(LAPSED, currency)


def unpaid_sources(currency: str | None = None) -> list[Account]:
    """Return the sources of value that nobody paid for, such as "Merchant funded"."""
    in_currency = Account.objects.filter(
        currency=currency or conf.default_currency(), credit_limit=None, status=Account.OPEN
    )
    return list(in_currency.filter(account_type__in=subtree(UNPAID)).order_by("pk"))


def sources(currency: str | None = None) -> list[Account]:
    """Return every account that loads may come from: Bank first, then the unpaid sources."""
    return [bank(currency), *unpaid_sources(currency)]


def deferred_income_types() -> Any:
    """Return the account types that customers' accounts may have, as a queryset in tree order."""
    return subtree(DEFERRED_INCOME).exclude(code=DEFERRED_INCOME) or subtree(DEFERRED_INCOME)


def core_account(role: str, currency: str | None = None) -> Account:
    """Return the core account for *role* (`BANK`, `REDEMPTIONS`, `LAPSED`) in *currency* (default: the site's).

    Raises:
        AccountNotFound: the chart of accounts was not set up.
    """
    code = _chart_code(role, currency or conf.default_currency())
    try:
        return Account.objects.get(chart_code=code)
    except Account.DoesNotExist:
        raise AccountNotFound(
            _("The core account %s does not exist. Run `manage.py init_accounts` to create it.") % code
        ) from None


def subtree(code: str) -> Any:
    """Return the account types at and below the one with *code*, as a queryset in tree order."""
    root = AccountType.objects.filter(code=code).first()
    return AccountType.get_tree(root) if root else AccountType.objects.none()


def _chart_code(role: str, currency: str) -> str:
    return f"{role}:{currency}"


def _type(code: str, name: str, parent: AccountType | None, created: list[str]) -> AccountType:
    found = AccountType.objects.filter(code=code).first()
    if found:
        return found
    created.append(name)
    if parent is None:
        return AccountType.add_root(code=code, name=name)
    # Read anew: treebeard counts children on the instance, and add_child needs the count that is stored.
    return AccountType.objects.get(pk=parent.pk).add_child(code=code, name=name)


def _account(role: str, name: str, account_type: AccountType, currency: str, created: list[str], **fields: Any) -> None:
    code = _chart_code(role, currency)
    if Account.objects.filter(chart_code=code).exists():
        return
    if currency != conf.default_currency():
        name = f"{name} ({currency})"
    if Account.objects.filter(name=name).exists():
        name = f"{name} ({code})"
    Account.objects.create(chart_code=code, name=name, account_type=account_type, currency=currency, **fields)
    created.append(name)

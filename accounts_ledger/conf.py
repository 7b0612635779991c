"""The settings of the ledger, each with its default. Read at call time, so that tests can override them.

The names are those of django-oscar-accounts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # What one account is called on pages: "Gift card", "Store credit", "Budget"…
    "ACCOUNTS_UNIT_NAME": "Account",
    "ACCOUNTS_UNIT_NAME_PLURAL": "Accounts",
    # Names given to the core accounts when they are created; staff may rename them afterwards.
    "ACCOUNTS_BANK_NAME": "Bank",
    "ACCOUNTS_REDEMPTIONS_NAME": "Redemptions",
    "ACCOUNTS_LAPSED_NAME": "Lapsed",
    "ACCOUNTS_UNPAID_SOURCES": ("Merchant funded",),
    "ACCOUNTS_DEFERRED_INCOME_ACCOUNT_TYPES": ("Gift cards",),
    # Limits, in units of the account's currency; None is no limit.
    "ACCOUNTS_MIN_LOAD_VALUE": Decimal("0.01"),
    "ACCOUNTS_MAX_INITIAL_VALUE": None,
    "ACCOUNTS_MAX_ACCOUNT_VALUE": None,
    # Currencies in use beside OSCAR_DEFAULT_CURRENCY: each has core accounts of its own.
    "ACCOUNTS_OTHER_CURRENCIES": (),
    # What the codes of new accounts begin with: by account type (its code or name), and for all others.
    "ACCOUNTS_CODE_PREFIXES": {},
    "ACCOUNTS_CODE_PREFIX": "GC",
    # Keys that codes are sealed with, newest first: see `accounts_ledger.code_keys`. None: derived from SECRET_KEY.
    "ACCOUNTS_CODE_KEYS": (),
    # How long a hold lasts when its caller does not say, in minutes.
    "ACCOUNTS_HOLD_MINUTES": 60,
    # For how many days the file of a batch is kept that is neither loaded nor cancelled; None: for ever.
    "ACCOUNTS_UPLOADS_KEPT_DAYS": 30,
    "OSCAR_ACCOUNTS_DASHBOARD_ITEMS_PER_PAGE": 20,
}


def get(name: str) -> Any:
    """Return the setting *name*, or its default. Unknown names raise KeyError: a typo must not go unnoticed."""
    return getattr(settings, name, DEFAULTS[name])


def default_currency() -> str:
    """Return the ISO 4217 code that accounts get when none is given."""
    return getattr(settings, "OSCAR_DEFAULT_CURRENCY", "GBP")


def currencies() -> tuple[str, ...]:
    """Return every currency in use, the default one first."""
    others = [code for code in get("ACCOUNTS_OTHER_CURRENCIES") if code != default_currency()]
    return (default_currency(), *others)


def code_prefix(*names: str | None) -> str:
    """Return what new codes of an account type begin with; *names* are the type's code and name."""
    prefixes = get("ACCOUNTS_CODE_PREFIXES")
    return next((prefixes[name] for name in names if name in prefixes), get("ACCOUNTS_CODE_PREFIX"))


def code_prefixes() -> set[str]:
    """Return everything that the site's own codes begin with."""
    return {*get("ACCOUNTS_CODE_PREFIXES").values(), get("ACCOUNTS_CODE_PREFIX")}

"""System checks: settings with which the ledger would go wrong stop the start."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from babel.numbers import list_currencies
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, router

from accounts_ledger import code_keys, codes, conf
from accounts_ledger.money import UNSUPPORTED_CURRENCIES


def check_currencies(**kwargs: Any) -> list[CheckMessage]:
    """Refuse currencies whose amounts cannot be stored to their last decimal."""
    return [error for currency in conf.currencies() if (error := _check_currency(currency))]


def check_code_prefixes(**kwargs: Any) -> list[CheckMessage]:
    """Refuse prefixes with characters for which codes have no check character."""
    return [
        Error(
            f"Codes cannot begin with {prefix!r}.",
            hint=f"Use only {codes.ALPHABET} in ACCOUNTS_CODE_PREFIX and ACCOUNTS_CODE_PREFIXES, "
            f"and at most {codes.MAX_PREFIX} of them.",
            id="accounts_ledger.E003",
        )
        for prefix in sorted(conf.code_prefixes())
        if len(prefix) > codes.MAX_PREFIX or not set(prefix) <= set(codes.ALPHABET)
    ]


def check_code_keys(**kwargs: Any) -> list[CheckMessage]:
    """Refuse keys that are too short to be any."""
    try:
        code_keys.keyring()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), id="accounts_ledger.E004")]
    return []


def check_code_keys_of_deployment(**kwargs: Any) -> list[CheckMessage]:
    """Warn where codes depend on a secret that is for other things, and that people change without a thought."""
    if conf.get("ACCOUNTS_CODE_KEYS") and conf.get("ACCOUNTS_CODE_KEYS")[0] != code_keys.FROM_SECRET_KEY:
        return []
    return [
        Warning(
            "Codes are sealed with a key derived from SECRET_KEY: if that changes, no card can be found any more.",
            hint="Set ACCOUNTS_CODE_KEYS: see 'Keys of the codes' in docs/operators.md.",
            id="accounts_ledger.W001",
        )
    ]


def check_stored_codes(*, databases: Collection[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with keys by which the codes in the database cannot be found."""
    from accounts_ledger import code_rotation
    from accounts_ledger.models import Account

    if router.db_for_write(Account) not in (databases or ()):
        return []
    try:
        problem = code_rotation.unreadable()
    except DatabaseError:
        return []  # not there, or not migrated yet, which others say better
    except ImproperlyConfigured:
        return []  # `check_code_keys` says so
    return [Error(problem, id="accounts_ledger.E005")] if problem else []


def _check_currency(currency: str) -> CheckMessage | None:
    if currency not in list_currencies():
        return Error(
            f"{currency!r} is not a currency.",
            hint="Give the three capital letters of ISO 4217, such as GBP.",
            id="accounts_ledger.E001",
        )
    if currency in UNSUPPORTED_CURRENCIES:
        return Error(
            f"{currency} has more than two decimals, and amounts are stored with two.",
            hint="Use another currency in DEFAULT_CURRENCY and ACCOUNTS_OTHER_CURRENCIES.",
            id="accounts_ledger.E002",
        )
    return None

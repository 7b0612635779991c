"""System checks: settings with which the ledger would go wrong stop the start."""

from __future__ import annotations

from typing import Any

from babel.numbers import list_currencies
from django.core.checks import CheckMessage, Error

from accounts_ledger import codes, conf
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

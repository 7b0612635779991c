"""The settings of the integration, each with its default. Read at call time, so that tests can override them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # Dotted path of a function that is called with a PaymentAttempt whose order was not placed: it voids or refunds
    # whatever the shop's other payment method may have taken under ``attempt.reference``. See docs.
    "ACCOUNTS_CANCEL_REMAINDER": None,
    # For how many seconds a payment may take without an answer before it is taken for interrupted.
    "ACCOUNTS_PAYMENT_TIMEOUT": 120,
}


def get(name: str) -> Any:
    """Return the setting *name*, or its default. Unknown names raise KeyError: a typo must not go unnoticed."""
    return getattr(settings, name, DEFAULTS[name])

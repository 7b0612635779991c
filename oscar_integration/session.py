"""Allocations in Oscar's checkout session."""

from __future__ import annotations

from typing import Any

from oscar_integration.allocations import Allocations

_NAMESPACE = "accounts"
_KEY = "allocations"


def load(checkout_session: Any) -> Allocations:
    """Return what is allocated in *checkout_session*, an ``oscar.apps.checkout.utils.CheckoutSessionData``."""
    return Allocations.deserialize(checkout_session._get(_NAMESPACE, _KEY))


def save(checkout_session: Any, allocations: Allocations) -> None:
    """Keep *allocations* for the rest of the checkout; they go when Oscar flushes the checkout session."""
    checkout_session._set(_NAMESPACE, _KEY, allocations.serialize())

"""Merchant references that are numbers of the shop's orders lead to those orders."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.urls import NoReverseMatch, reverse
from oscar.core.loading import get_model

from backoffice.permitted_links import may_open


def to_orders(references: Collection[str], user: Any) -> dict[str, str]:
    """Return the addresses of those *references* that are orders, for those who may open orders there."""
    if not may_open(user, "dashboard:order-detail"):
        return {}
    numbers = get_model("order", "Order").objects.filter(number__in=references).values_list("number", flat=True)
    addresses = {number: _address(number) for number in numbers}
    return {number: address for number, address in addresses.items() if address}


def _address(number: str) -> str | None:
    """Return where an order is, or None: a shop may number its orders in ways that Oscar's addresses do not allow."""
    try:
        return reverse("dashboard:order-detail", kwargs={"number": number})
    except NoReverseMatch:
        return None

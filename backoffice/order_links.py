"""Merchant references that are numbers of the shop's orders lead to those orders."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.urls import reverse
from oscar.core.loading import get_model


def to_orders(references: Collection[str], user: Any) -> dict[str, str]:
    """Return the addresses of those *references* that are orders, for staff who may see the shop's dashboard."""
    if not user.is_staff:
        return {}
    numbers = get_model("order", "Order").objects.filter(number__in=references).values_list("number", flat=True)
    return {number: reverse("dashboard:order-detail", kwargs={"number": number}) for number in numbers}

"""Links to the shop's dashboard lead where somebody may go: what one may not see is text, not a link to a refusal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from oscar.apps.dashboard.nav import _dashboard_url_names_to_config
from oscar.core.loading import get_model
from oscar.views.decorators import check_permissions

register = template.Library()


@register.filter
def may_open(user: Any, page: str) -> bool:
    """Return whether *user* may open *page* of Oscar's dashboard, named as in "dashboard:order-list"."""
    name = page.removeprefix("dashboard:")
    config = _dashboard_url_names_to_config()[name]
    return bool(user) and bool(check_permissions(user, config.get_permissions(name)))


def to_orders(references: Collection[str], user: Any) -> dict[str, str]:
    """Return where the orders are of those merchant *references* that are numbers of orders, for who may open them."""
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

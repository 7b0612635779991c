"""What somebody puts into a basket of the demo's shop, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oscar.core.loading import get_class, get_model


def fill(owner: Any, sku: str, options: Mapping[str, object] | None = None) -> Any:
    """Return a basket of *owner* (None for a guest) with one product in it.

    Args:
        options: what is chosen on the product's page, by the codes of its options.
    """
    basket = get_model("basket", "Basket").objects.create(owner=owner)
    basket.strategy = get_class("partner.strategy", "Selector")().strategy(user=owner)
    found = get_model("catalogue", "Option").objects.in_bulk(options or {}, field_name="code")
    chosen = [{"option": found[code], "value": value} for code, value in (options or {}).items()]
    basket.add_product(get_model("catalogue", "Product").objects.get(upc=sku), options=chosen)
    return basket


def order_number(basket: Any) -> Any:
    """Return the number of the order that *basket* becomes."""
    return get_class("order.utils", "OrderNumberGenerator")().order_number(basket)

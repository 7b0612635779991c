"""The stock that an order has reserved and not shipped."""

from __future__ import annotations

from typing import Any

from oscar.core.loading import get_class


def release(order: Any, user: Any = None) -> None:
    """Free what *order* still has allocated: of a line that was shipped in part, the rest.

    Lines whose product, stock record or partner was deleted have nothing to free. In the order in which Oscar
    allocates, so that orders of the same products do not wait for each other.
    """
    allocated = order.lines.filter(num_allocated__gt=0, allocation_cancelled=False).exclude(stockrecord=None)
    lines = list(allocated.select_related("stockrecord__product").order_by("stockrecord"))
    if lines:  # of no lines, Oscar would take all
        handler = get_class("order.processing", "EventHandler")(user)
        handler.cancel_stock_allocations(order, lines, [line.num_allocated for line in lines])

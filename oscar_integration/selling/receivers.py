"""What happens by itself when an order is placed."""

from __future__ import annotations

from typing import Any

from oscar_integration.selling import delivery, sales


def note_sales(sender: Any, order: Any, **kwargs: Any) -> None:
    """Note the cards that *order* sells with it; once it is committed, issue them and have the worker send them.

    Receiver of order_placed. What fails after the commit is repeated by ``deliver_gift_cards``.
    """
    if sales.record(order):
        delivery.deliver_after_commit(order)

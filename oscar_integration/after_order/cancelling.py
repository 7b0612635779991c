"""Cancelling an order: its money goes back, its stock is free again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from oscar.core.loading import get_class

from accounts_ledger.money import ZERO
from oscar_integration import conf
from oscar_integration.after_order import elsewhere, plan, refunding
from oscar_integration.selling import taking_back

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("oscar_integration")


def cancel_order(
    order: Any, user: AbstractBaseUser | None = None, *, set_status: Callable[[], object] | None = None
) -> bool:
    """Cancel *order*, give back all that is left of what was paid, and free the stock that it had reserved.

    Args:
        user: who cancels; whether they may is for the caller to decide.
        set_status: sets the order's status (default: to the first of ``ACCOUNTS_CANCELLED_STATUSES``).

    Returns:
        False if it was cancelled before; then nothing is done.

    Raises:
        InvalidOrderStatus: the order cannot be cancelled from its present status.
        AccountException, PaymentError: as `refund_order`; the order stays as it was.
    """
    if _is_cancelled(order):
        return False
    _check_permitted(order)
    taking_back.check(order)
    returned = elsewhere.give_back(order, plan.left(order))
    with transaction.atomic():
        refunding.lock(order)
        if _is_cancelled(order):
            return False
        (set_status or (lambda: order.set_status(_cancelled_statuses()[0])))()
        # In the order in which Oscar allocates them, so that orders of the same products do not wait for each other.
        lines = order.lines.order_by("stockrecord")
        get_class("order.processing", "EventHandler")(user).cancel_stock_allocations(order, lines)
        taking_back.take_back(order, user)
        parts = [part for part in plan.left(order) if part.transfer is not None]
        total = returned + sum((part.amount for part in parts), ZERO)
        if total > ZERO:
            order.payment_events.create(event_type=refunding.refund_event_type(), amount=total)
        refunding.give_back_to_accounts(order, parts, user)
    logger.info("Order %s cancelled, %s refunded", order.number, total)
    return True


def _is_cancelled(order: Any) -> bool:
    order.refresh_from_db(fields=["status"])
    return order.status in _cancelled_statuses()


def _check_permitted(order: Any) -> None:
    """Raise InvalidOrderStatus before any money moves, if Oscar would refuse the new status afterwards."""
    from oscar.apps.order.exceptions import InvalidOrderStatus

    if not set(_cancelled_statuses()) & set(order.available_statuses()):
        raise InvalidOrderStatus(f"Order {order.number} cannot be cancelled: it is {order.status}.")


def _cancelled_statuses() -> tuple[str, ...]:
    return tuple(conf.get("ACCOUNTS_CANCELLED_STATUSES"))

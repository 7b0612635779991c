"""Cancelling an order: its money goes back, its stock is free again, and the gift cards it sold are closed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from oscar.apps.order.exceptions import InvalidOrderStatus

from oscar_integration import conf
from oscar_integration.after_order import running, starting, unrecorded
from oscar_integration.after_order.request import RefundInProgress, RefundRequest, in_progress
from oscar_integration.models import OrderRefund

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def cancel_order(
    order: Any,
    user: AbstractBaseUser | None = None,
    *,
    new_status: str = "",
    note: str = "",
    set_status: Callable[[], object] | None = None,
    check: Callable[[], None] | None = None,
) -> bool:
    """Cancel *order*, give back all that is left of what was paid, and free the stock that it had reserved.

    Args:
        user: who cancels; whether they may is for the caller to decide.
        new_status: the status that the order gets (default: the first of ``ACCOUNTS_CANCELLED_STATUSES``).
        note: a note that is written with it.
        set_status: sets the status instead of the shop's ``EventHandler``.
        check: called under the order's lock, in the transaction that reserves what goes back; may refuse by raising.

    Returns:
        False if it was cancelled before; then nothing is done.

    Raises:
        InvalidOrderStatus: the order cannot be cancelled from its present status.
        RefundInProgress: a refund of the order is not finished.
        UnrecordedRedemptions: accounts have paid more than its payment sources say.
        AccountException, PaymentError: as `refund_order`; the order stays as it was.
    """
    new_status = new_status or cancelled_statuses()[0]
    running.wait_for_others(order)
    if is_cancelled(order):
        return False
    unfinished = starting.open_refunds(order).filter(kind=OrderRefund.Kind.CANCELLATION).first()
    request = RefundRequest(
        order=order,
        amount=None,
        user=user,
        kind=OrderRefund.Kind.CANCELLATION,
        new_status=new_status,
        note=note,
        set_status=set_status,
        check=functools.partial(_prepare, order, check),
    )
    if unfinished is not None:
        if check:
            with transaction.atomic():
                starting.lock(order)
                check()
        running.join(unfinished, request)
        order.refresh_from_db(fields=["status"])
        return True
    try:
        _run_in_turn(request)
    except InvalidOrderStatus:
        if is_cancelled(order):
            return False  # another request was quicker
        raise
    return True


def _prepare(order: Any, check: Callable[[], None] | None) -> None:
    """Look whether *order* is as it was shown, then put on record what is to be given back, all under its lock."""
    if check:
        check()
    unrecorded.record(order)


def _run_in_turn(request: RefundRequest) -> None:
    try:
        running.run(request)
    except RefundInProgress:
        # A refund has begun since the order was looked at: it gets its time, too.
        running.wait_for_others(request.order)
        running.run(request)


def check_not_being_cancelled(order: Any) -> None:
    """Raise RefundInProgress if *order* is being cancelled: its status may not change meanwhile."""
    cancellation = starting.open_refunds(order).filter(kind=OrderRefund.Kind.CANCELLATION).first()
    if cancellation is not None:
        raise in_progress(cancellation)


def is_cancelled(order: Any) -> bool:
    """Whether *order* is cancelled; the instance carries the status as it is now."""
    order.refresh_from_db(fields=["status"])
    return order.status in cancelled_statuses()


def cancelled_statuses() -> tuple[str, ...]:
    """Return the order statuses that give everything back."""
    return tuple(conf.get("ACCOUNTS_CANCELLED_STATUSES"))

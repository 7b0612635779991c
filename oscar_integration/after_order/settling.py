"""The last step of a refund: one transaction in which everything that is the shop's own happens, the postings last."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.core.loading import get_class, get_model

from accounts_ledger import facade
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO, display
from oscar_integration import records
from oscar_integration.after_order import stock
from oscar_integration.after_order.destination import accounts_to_lock, destination_of
from oscar_integration.models import OrderRefund, OrderRefundPart
from oscar_integration.selling import delivery, sales, taking_back

logger = logging.getLogger("oscar_integration")

State, PartState = OrderRefund.State, OrderRefundPart.State


class _RolledBackError(Exception):
    """Ends a rehearsal."""


def settle(refund: OrderRefund, order: Any, set_status: Callable[[], object] | None = None) -> OrderRefund:
    """Do what is left of *refund* once the other methods of payment have given their parts. Safe to repeat.

    Args:
        order: the caller's instance, which carries its new status afterwards.

    Raises:
        AccountException: the ledger refuses; nothing was changed, and it can be repeated.
    """
    with transaction.atomic():
        locked_order = type(order)._default_manager.select_for_update().get(pk=order.pk)
        locked = OrderRefund.objects.select_for_update().get(pk=refund.pk)
        if locked.state != State.OPEN:
            return locked
        order.status = locked_order.status
        if locked.is_cancellation:
            _cancel(locked, order, set_status)
        _leave_out_what_came_back(locked, order)
        locked.state, locked.problem, locked.claimed_at = State.DONE, "", None
        total = given(locked) + sum((part.amount for part in _account_parts(locked)), ZERO)
        write_event(locked, order, total)
        locked.save()
        _post(locked, order)
    logger.info("Order %s: %s refunded, %s", order.number, total, locked.kind)
    return locked


def rehearse(refund: OrderRefund) -> None:
    """Raise what the ledger would refuse in the end, if it would now; nothing is changed."""
    logger.info("Order %s: what follows is rolled back: refund #%s is tried first", refund.order.number, refund.pk)
    try:
        with transaction.atomic():
            _post(refund, refund.order)
            raise _RolledBackError
    except _RolledBackError:
        logger.info("Order %s: the trial of refund #%s was rolled back", refund.order.number, refund.pk)


def stop(refund: OrderRefund, problem: str) -> None:
    """End *refund* where it is: what was given back is on record, what it had reserved is free. Safe to repeat.

    Raises:
        AccountException: gift cards whose money was given back cannot be taken back; nothing was changed.
    """
    with transaction.atomic():
        order = type(refund.order)._default_manager.select_for_update().get(pk=refund.order_id)
        locked = OrderRefund.objects.select_for_update().get(pk=refund.pk)
        if locked.state != State.OPEN:
            return
        locked.parts.filter(state=PartState.RESERVED).update(state=PartState.RELEASED)
        locked.state, locked.problem, locked.claimed_at = State.STOPPED, problem[:512], None
        total = given(locked)
        if total > ZERO:
            write_event(locked, order, total, with_lines=False)
        locked.save()
        taking_back.release(locked, keep=_paid_for_cards(locked, total))
        _post(locked, order)
    logger.info("Order %s: refund stopped: %s", order.number, problem)


def _paid_for_cards(refund: OrderRefund, total: Decimal) -> Decimal:
    """Return how much of the *total* that went back was paid for gift cards; goods are refunded first."""
    reserved = sum((card.amount for card in refund.cards.all()), ZERO)
    return min(max(reserved - (refund.amount - total), ZERO), total)


def given(refund: OrderRefund) -> Decimal:
    """Return what was given back so far."""
    return sum((part.amount for part in refund.parts.filter(state=PartState.GIVEN)), ZERO)


def write_event(refund: OrderRefund, order: Any, total: Decimal, *, with_lines: bool = True) -> None:
    """Have the order's payment event say that *total* was given back; of nothing, nothing is written."""
    event: Any = refund.event
    if event is None:
        if total <= ZERO and refund.is_cancellation:
            return
        kinds = get_model("order", "PaymentEventType").objects
        kind, _created = kinds.get_or_create(name=refund.event_type)
        reference = "" if refund.is_cancellation else refund.key
        event = refund.event = order.payment_events.create(event_type=kind, amount=total, reference=reference)
    else:
        event.amount = total
        event.save(update_fields=["amount"])
    for line, quantity in refund.returned_lines if with_lines else ():
        event.line_quantities.get_or_create(line_id=line, defaults={"quantity": quantity})


def _cancel(refund: OrderRefund, order: Any, set_status: Callable[[], object] | None) -> None:
    try:
        (set_status or functools.partial(_set_status, refund, order))()
    except InvalidOrderStatus:
        # The order has moved on while another system was asked. The money is on its way all the same.
        message = _("The money was refunded, but the status could not be set to %(new)s: it is %(now)s.")
        order.notes.create(
            message=message % {"new": refund.new_status, "now": order.status}, note_type="System", user=refund.user
        )
    stock.release(order, refund.user)


def _leave_out_what_came_back(refund: OrderRefund, order: Any) -> None:
    """Take from what accounts are to get what staff have given them in the back office meanwhile.

    What another method has given is gone: a part that could never be posted would keep the refund open for good.
    """
    came_back = ZERO
    for part in _account_parts(refund):
        redemption = records.transfer_of(part.source)
        left = redemption.max_refund() if redemption is not None else ZERO
        if left < part.amount:
            came_back += part.amount - left
            part.amount = left
            part.state = PartState.RESERVED if left else PartState.RELEASED
            part.save(update_fields=["amount", "state"])
    if came_back:
        message = _("%(amount)s of what was to be given back had come back to accounts in the back office meanwhile.")
        amount = display(came_back, order.currency)
        order.notes.create(message=message % {"amount": amount}, note_type="System", user=refund.user)


def _set_status(refund: OrderRefund, order: Any) -> None:
    handler = get_class("order.processing", "EventHandler")(refund.user)
    set_cancelled = getattr(handler, "set_cancelled_status", handler.handle_order_status_change)
    set_cancelled(order, refund.new_status, refund.note or None)


def _post(refund: OrderRefund, order: Any) -> None:
    """Take value off sold cards and give accounts their parts. The last thing before the commit."""
    parts = _account_parts(refund)
    redemptions = [records.transfer_of(part.source) for part in parts]
    standing = [redemption for redemption in redemptions if redemption is not None]
    holds = [card.hold for card in refund.cards.select_related("hold") if card.hold is not None]
    accounts = [*taking_back.accounts_of(refund), *accounts_to_lock(redemption.source for redemption in standing)]
    facade.lock(accounts, holds=holds, transfers=standing)
    taking_back.take(refund, refund.user)
    for part, redemption in zip(parts, redemptions, strict=True):
        if redemption is not None:
            _give_to_account(refund, order, part, redemption)


def _account_parts(refund: OrderRefund) -> list[OrderRefundPart]:
    reserved = refund.parts.filter(state=PartState.RESERVED, reference="")
    return list(reserved.select_related("source__source_type").order_by("pk"))


def _give_to_account(refund: OrderRefund, order: Any, part: OrderRefundPart, redemption: Any) -> None:
    reason = _("Refund of order %s") % order.number
    account, replaced = destination_of(redemption.source, refund.user, reason)
    posted = facade.refund(
        redemption,
        part.amount,
        user=refund.user,
        merchant_reference=order.number,
        description=reason,
        idempotency_key=f"order-refund:{refund.pk}:{part.pk}",
        destination=account,
    )
    part.source.refund(part.amount, reference=posted.reference, status="Refunded")
    part.state, part.destination, part.replaces = PartState.GIVEN, account, replaced
    part.save(update_fields=["state", "destination", "replaces"])
    if replaced is not None:
        _note_replacement(order, part, account, refund.user)


def _note_replacement(order: Any, part: OrderRefundPart, account: Account, user: Any) -> None:
    message = _("%(old)s is no longer valid: %(amount)s went to the new card %(new)s.") % {
        "old": part.source.label,
        "amount": display(part.amount, order.currency),
        "new": account.masked_code,
    }
    order.notes.create(message=message, note_type="System", user=user)
    is_new = not hasattr(account, "sale")
    if is_new and sales.sale_of_replacement(order, account, part.amount) is not None:
        delivery.deliver_after_commit(order)

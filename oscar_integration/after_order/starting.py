"""The first step of a refund: everything that can refuse is asked, and what goes back is reserved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus

from accounts_ledger import exceptions
from accounts_ledger.money import ZERO, amount_of, display
from oscar_integration import conf
from oscar_integration.after_order import external, lines, plan, settling
from oscar_integration.after_order.request import LONGEST_KEY, RefundRequest, in_progress
from oscar_integration.models import OrderRefund, OrderRefundPart
from oscar_integration.selling import live_cards, taking_back

State, PartState = OrderRefund.State, OrderRefundPart.State


def start(request: RefundRequest) -> tuple[OrderRefund, bool]:
    """Reserve what *request* asks for, and return the refund and whether it is the caller's to finish.

    It is not if it was started with the same key before.

    If no other payment method takes part, it is done at once, in the same transaction. Else what would be posted in the
    end is tried and rolled back: whatever the ledger will refuse, it refuses before the other method is asked.

    Raises:
        AccountException, PaymentError: it is refused; nothing was changed.
    """
    with transaction.atomic():
        lock(request.order)
        refund = _earlier(request)
        if refund is not None and refund.state != State.STOPPED:
            return refund, False
        if request.check:
            request.check()
        if refund is None:
            refund = _reserve(request)
        else:
            _reserve_the_rest(refund, request)
        if _asks_others(refund):
            settling.rehearse(refund)
            refund.claimed_at = timezone.now()
            refund.save(update_fields=["claimed_at"])
            return refund, True
        return settling.settle(refund, request.order, request.set_status), True


def lock(order: Any) -> None:
    """Let refunds and the cancellation of *order* take turns; the instance carries the status as it is now."""
    locked = type(order)._default_manager.select_for_update().get(pk=order.pk)
    order.status = locked.status


def done_before(order: Any, amount: Decimal | None, key: str, lines: Sequence[tuple[Any, int]] = ()) -> Any:
    """Return the payment event of the finished refund with the idempotency *key*, None if there is none.

    Raises:
        IdempotencyConflict: it was of another amount, or of other pieces.
        InvalidAmount: not an amount of the order's currency.
        InvalidText: the key is too long.
    """
    if not key:
        return None
    if len(key) > LONGEST_KEY:
        raise exceptions.InvalidText(_("The idempotency key may have at most %d characters.") % LONGEST_KEY)
    if amount is not None:
        amount = amount_of(amount, order.currency)
    refund = OrderRefund.objects.filter(order=order, key=key).select_related("event").first()
    if refund is not None:
        _check_same(refund, amount, lines)
        return refund.event if refund.state == State.DONE else None
    # Refunds from before these were kept have left their key with the event only.
    of_refunds = order.payment_events.filter(event_type__name__in=conf.get("ACCOUNTS_REFUND_EVENT_TYPES"))
    event = of_refunds.filter(reference=key).first()
    if event is not None and amount not in (None, event.amount):
        raise _conflict(key)
    return event


def open_refunds(order: Any) -> Any:
    """Return the refunds of *order* that are not finished, as a queryset."""
    return OrderRefund.objects.filter(order=order, state=State.OPEN)


def _earlier(request: RefundRequest) -> OrderRefund | None:
    refund = OrderRefund.objects.filter(order=request.order, key=request.key).first()
    if refund is not None:
        _check_same(refund, request.amount, request.lines)
    return refund


def _reserve(request: RefundRequest) -> OrderRefund:
    order = request.order
    _check_alone(request)
    if request.kind == OrderRefund.Kind.CANCELLATION and request.new_status not in order.available_statuses():
        raise InvalidOrderStatus(f"Order {order.number} cannot be cancelled: it is {order.status}.")
    returned = lines.checked(order, request.lines)
    before = external.given_before(order, request.key)
    wanted = _wanted(request, before)
    parts = plan.spread(wanted, _sources(request), order.currency) if wanted else []
    takings = _takings(request, returned, wanted)
    refund = OrderRefund.objects.create(
        order=order,
        kind=request.kind,
        key=request.key,
        amount=wanted + plan.total(before),
        lines=[[line.pk, quantity] for line, quantity in returned],
        event_type=request.event_type,
        new_status=request.new_status,
        note=request.note,
        user=request.user if getattr(request.user, "pk", None) else None,
    )
    for part in before:
        _add(refund, part, PartState.GIVEN)
    _add_parts(refund, parts, request)
    taking_back.reserve(refund, takings, held=_asks_others(refund))
    return refund


def _reserve_the_rest(refund: OrderRefund, request: RefundRequest) -> None:
    """Take up a refund that was stopped: what it gave back stays, the rest is planned anew."""
    order = request.order
    _check_alone(request)
    given = settling.given(refund)
    rest = refund.amount - given
    by_id = order.lines.in_bulk()
    returned = lines.checked(order, [(by_id[pk], quantity) for pk, quantity in refund.returned_lines])
    parts = plan.spread(rest, _sources(request), order.currency) if rest > ZERO else []
    takings = _takings(request, returned, rest)
    refund.state, refund.problem = State.OPEN, ""
    refund.save(update_fields=["state", "problem"])
    _add_parts(refund, parts, request)
    taking_back.reserve(refund, takings, held=_asks_others(refund))


def _check_alone(request: RefundRequest) -> None:
    """Raise RefundInProgress if a cancellation is under way, or one is asked for beside a refund."""
    others = open_refunds(request.order).exclude(key=request.key)
    if request.kind == OrderRefund.Kind.REFUND:
        others = others.filter(kind=OrderRefund.Kind.CANCELLATION)
    other = others.first()
    if other is not None:
        raise in_progress(other)


def _wanted(request: RefundRequest, before: Iterable[plan.Part]) -> Decimal:
    """Return how much is to be given back by this request.

    Raises:
        InvalidAmount: not an amount of the order's currency.
        RefundExceeded: more than the returned pieces cost.
    """
    order = request.order
    if request.amount is None and not request.lines:
        left = plan.total(plan.left(order))
        if not left and request.kind == OrderRefund.Kind.REFUND:
            raise exceptions.RefundExceeded(_("Nothing of this order is left to refund."), left=left)
        return left
    worth = lines.value(order, request.lines) if request.lines else None
    amount = worth if request.amount is None else request.amount
    assert amount is not None
    amount = amount_of(amount, order.currency)
    if worth is not None and amount > worth:
        raise exceptions.RefundExceeded(
            _(
                "The selected items cost %(worth)s, which is less than %(amount)s. Refund delivery "
                "and other charges by amount."
            )
            % {"worth": display(worth, order.currency), "amount": display(amount, order.currency)},
            left=worth,
        )
    return amount - plan.total(before)


def _takings(request: RefundRequest, returned: Sequence[tuple[Any, int]], amount: Decimal) -> list[taking_back.Taking]:
    """Return what is taken off gift cards that the order has sold, so that nobody has both the money and the card."""
    order = request.order
    taking_back.lock(order)
    if request.kind == OrderRefund.Kind.CANCELLATION:
        return taking_back.all_unused(order)
    takings = [taking for line, quantity in returned for taking in taking_back.of_line(order, line, quantity)]
    closed = {taking.card.sale.pk for taking in takings}
    cards = [card for card in live_cards.live_cards(order) if card.sale.pk not in closed]
    paid_for_cards = sum((card.worth for card in cards), ZERO)
    free = max(plan.total(plan.left(order)) - paid_for_cards, ZERO)
    return takings + taking_back.of_amount(cards, amount - free, order.currency, request.sold_cards)


def _sources(request: RefundRequest) -> list[plan.Part]:
    """Return what can be given back: by all sources or, of a refund made elsewhere, by that one."""
    left = plan.left(request.order)
    if request.elsewhere is None:
        return left
    return [part for part in left if part.transfer is None and part.source.pk == request.elsewhere.source.pk]


def _add_parts(refund: OrderRefund, parts: Iterable[plan.Part], request: RefundRequest) -> None:
    for part in parts:
        if part.transfer is None and request.elsewhere is None:
            external.check_wired(refund.order, part)
        added = _add(refund, part, PartState.RESERVED)
        if request.elsewhere is not None:
            external.note_given(added, request.elsewhere.reference)


def _add(refund: OrderRefund, part: plan.Part, state: str) -> OrderRefundPart:
    reference = external.reference_of(refund, part.source) if part.transfer is None else ""
    return refund.parts.create(source=part.source, amount=part.amount, reference=reference, state=state)


def _asks_others(refund: OrderRefund) -> bool:
    return refund.parts.filter(state=PartState.RESERVED).exclude(reference="").exists()


def _check_same(earlier: OrderRefund, amount: Decimal | None, pieces: Sequence[tuple[Any, int]]) -> None:
    other_pieces = sorted([line.pk, quantity] for line, quantity in pieces) != sorted(earlier.lines)
    if amount not in (None, earlier.amount) or other_pieces:
        raise _conflict(earlier.key)


def _conflict(key: str) -> exceptions.IdempotencyConflict:
    return exceptions.IdempotencyConflict(
        _("The idempotency key %s was used before, for a different request.") % key, key=key
    )

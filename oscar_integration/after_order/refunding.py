"""Giving money back to the payment sources of an order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from oscar.core.loading import get_model

from accounts_ledger import codes
from oscar_integration import conf
from oscar_integration.after_order import plan, running
from oscar_integration.after_order.request import REFUND, RefundRequest
from oscar_integration.after_order.starting import done_before
from oscar_integration.selling.taking_back import SoldCards

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def left_to_refund(order: Any) -> Decimal:
    """Return how much of *order* can still be given back, in its currency."""
    return plan.total(plan.left(order))


def refund_order(
    order: Any,
    amount: Decimal | None = None,
    user: AbstractBaseUser | None = None,
    *,
    idempotency_key: str = "",
    event_type: Any = None,
    lines: Sequence[tuple[Any, int]] = (),
    sold_cards: str = SoldCards.ASK,
    check: Callable[[], None] | None = None,
) -> Any:
    """Give *amount* of *order* back to where it came from, and return the payment event.

    What each source gives is reserved first. Then other methods of payment are asked, outside of any transaction (so it
    is not to be called inside one). Last, all that goes to accounts is one transaction. What is interrupted in between
    is finished by a repetition with the same key, or by ``finish_abandoned_payments``.

    Args:
        amount: how much (default: what *lines* cost or, without lines, all that is left).
        user: who refunds; whether they may is for the caller to decide.
        idempotency_key: the same key never refunds twice: the same request again returns the first event.
        event_type: of the payment event (default: "Refund").
        lines: what is returned, with quantities. Gift cards among it are closed, those that nobody has used.
        sold_cards: what becomes of gift cards that the order sold, if *amount* was paid for them: one of `SoldCards`.
        check: called under the order's lock before anything is reserved; may refuse by raising.

    Raises:
        RefundExceeded: more than is left, or than *lines* cost.
        InvalidAmount: not an amount of the order's currency.
        InvalidLines: *lines* are not pieces of the order that can still be returned.
        CardWasUsed: a gift card is to be returned that was used.
        CardsUndecided: *amount* was paid for gift cards that can still be spent.
        IdempotencyConflict: the key was used before for another amount.
        RefundInProgress: the order is being cancelled, or the same refund is being made, by another request.
        AccountException: as `facade.refund`; for instance, an account is frozen.
        PaymentError: another method of payment did not give its part back. `RefundUnanswered` if that is not known.
    """
    earlier = done_before(order, amount, idempotency_key, lines)
    if earlier is not None:
        return earlier
    request = RefundRequest(
        order=order,
        amount=amount,
        user=user,
        key=idempotency_key or codes.reference(),
        event_type=event_type.name if event_type is not None else REFUND,
        lines=lines,
        sold_cards=sold_cards,
        check=check,
    )
    return running.run(request).event


def refund_event_types() -> Any:
    """Return the payment event types that give money back, as a queryset."""
    return get_model("order", "PaymentEventType").objects.filter(name__in=conf.get("ACCOUNTS_REFUND_EVENT_TYPES"))


def refund_event_type() -> Any:
    """Return the payment event type "Refund"."""
    found, _created = get_model("order", "PaymentEventType").objects.get_or_create(name=REFUND)
    return found

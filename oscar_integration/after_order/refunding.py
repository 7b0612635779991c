"""Giving money back to the payment sources of an order."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO, amount_of, display
from oscar_integration.after_order import elsewhere, plan
from oscar_integration.after_order.destination import destination_of
from oscar_integration.selling import delivery, sales, taking_back

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("oscar_integration")

#: Name of the payment event type of refunds, and what its ``reference`` holds at most.
REFUND = "Refund"
LONGEST_KEY = 128


def left_to_refund(order: Any) -> Decimal:
    """Return how much of *order* can still be given back, in its currency."""
    return sum((part.amount for part in plan.left(order)), ZERO)


def refund_order(
    order: Any,
    amount: Decimal,
    user: AbstractBaseUser | None = None,
    *,
    idempotency_key: str = "",
    event_type: Any = None,
    lines: Sequence[tuple[Any, int]] = (),
) -> Any:
    """Give *amount* of *order* back to where it came from, and return the payment event.

    Other methods of payment are asked first, outside of any transaction; then all that goes to accounts is one
    transaction. If it fails half-way, the other method's part is on record, and a repetition with the same key does the
    rest only.

    Args:
        user: who refunds; whether they may is for the caller to decide.
        idempotency_key: the same key never refunds twice: the same request again returns the first event.
        event_type: of the payment event (default: "Refund").
        lines: what is returned, with quantities. Gift cards among it are closed, if nobody has used them.

    Raises:
        RefundExceeded: more than is left.
        InvalidAmount: not an amount of the order's currency.
        CardWasUsed: a gift card is to be returned that was used.
        IdempotencyConflict: the key was used before for another amount.
        AccountException: as `facade.refund`; for instance, an account is frozen.
        PaymentError: another method of payment did not give its part back.
    """
    earlier = done_before(order, amount, idempotency_key)
    if earlier is not None:
        return earlier
    amount = amount_of(amount, order.currency)
    returned = elsewhere.given_back(order, idempotency_key)
    if returned < amount:
        parts = plan.spread(amount - returned, plan.left(order), order.currency)
        returned = elsewhere.give_back(order, parts, idempotency_key)
    with transaction.atomic():
        lock(order)
        earlier = done_before(order, amount, idempotency_key)
        if earlier is not None:
            return earlier
        for line, quantity in lines:
            taking_back.take_back(order, user, line, quantity)
        rest = amount - returned
        parts = [part for part in plan.left(order) if part.transfer is not None]
        event = order.payment_events.create(
            event_type=event_type or refund_event_type(), amount=amount, reference=idempotency_key
        )
        if rest > ZERO:
            give_back_to_accounts(order, plan.spread(rest, parts, order.currency), user)
    logger.info("Order %s: %s refunded", order.number, amount)
    return event


def lock(order: Any) -> None:
    """Let refunds and the cancellation of *order* take turns; the instance carries the status as it is now."""
    locked = type(order)._default_manager.select_for_update().get(pk=order.pk)
    order.status = locked.status


def give_back_to_accounts(order: Any, parts: list[plan.Part], user: AbstractBaseUser | None) -> None:
    """Post the refunds to accounts and note them on the sources.

    To be called in the transaction in which the order is locked, last.
    """
    reason = _("Refund of order %s") % order.number
    redemptions = [part.transfer for part in parts if part.transfer is not None]
    destinations = [destination_of(redemption.source, user, reason) for redemption in redemptions]
    facade.lock([account for account, _is_new in destinations], transfers=redemptions)
    for part, (account, is_new) in zip(parts, destinations, strict=True):
        assert part.transfer is not None
        source = part.source
        refund = facade.refund(
            part.transfer,
            part.amount,
            user=user,
            merchant_reference=order.number,
            description=reason,
            idempotency_key=f"refund:{source.pk}:{source.amount_refunded}",
            destination=account,
        )
        source.refund(part.amount, reference=refund.reference, status="Refunded")
        if is_new:
            _note_replacement(order, part, account, user)


def refund_event_type() -> Any:
    """Return the payment event type "Refund"."""
    found, _created = get_model("order", "PaymentEventType").objects.get_or_create(name=REFUND)
    return found


def done_before(order: Any, amount: Decimal, key: str) -> Any:
    """Return the payment event of the refund with the idempotency *key*, None if there is none.

    Raises:
        IdempotencyConflict: it was of another amount.
    """
    if not key:
        return None
    if len(key) > LONGEST_KEY:
        raise exceptions.InvalidText(_("The idempotency key may have at most %d characters.") % LONGEST_KEY)
    earlier = order.payment_events.filter(reference=key).first()
    if earlier is not None and earlier.amount != amount:
        raise exceptions.IdempotencyConflict(
            _("The idempotency key %s was used before, for a different request.") % key, key=key
        )
    return earlier


def _note_replacement(order: Any, part: plan.Part, account: Account, user: Any) -> None:
    message = _("%(old)s is no longer valid: %(amount)s went to the new card %(new)s.") % {
        "old": part.source.label,
        "amount": display(part.amount, order.currency),
        "new": account.masked_code,
    }
    order.notes.create(message=message, note_type="System", user=user)
    if sales.sale_of_replacement(order, account, part.amount) is not None:
        transaction.on_commit(functools.partial(delivery.deliver_due, order), robust=True)

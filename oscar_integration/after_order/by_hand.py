"""What staff do about an order's money by hand: record what was refunded elsewhere, end what nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import codes
from oscar_integration.after_order import external, running, settling, starting
from oscar_integration.after_order.request import Elsewhere, RefundRequest, in_progress
from oscar_integration.after_order.starting import done_before
from oscar_integration.models import OrderRefund, OrderRefundPart
from oscar_integration.selling.taking_back import SoldCards

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def record_refund_elsewhere(
    order: Any,
    source: Any,
    amount: Decimal,
    user: AbstractBaseUser | None = None,
    *,
    reference: str,
    idempotency_key: str = "",
    sold_cards: str = SoldCards.ASK,
    check: Callable[[], None] | None = None,
) -> Any:
    """Put on record that another payment method has given *amount* back already, and return the payment event.

    Args:
        source: the ``payment.Source`` of the order that stands for it; not one of an account.
        reference: under which it can be found there, or how it was done.
        idempotency_key, sold_cards, check: as for `refund_order`.

    Raises:
        RefundExceeded: more than is left of what it has taken.
        AccountException: as `refund_order`.
    """
    earlier = done_before(order, amount, idempotency_key)
    if earlier is not None:
        return earlier
    request = RefundRequest(
        order=order,
        amount=amount,
        user=user,
        key=idempotency_key or codes.reference(),
        sold_cards=sold_cards,
        elsewhere=Elsewhere(source, reference),
        check=check,
    )
    return running.run(request).event


def finish_as_given(
    refund: OrderRefund,
    user: AbstractBaseUser | None,
    reference: str,
    *,
    check: Callable[[], None] | None = None,
) -> OrderRefund:
    """Take it from staff that the methods that did not answer have given their parts back, and finish *refund*.

    Args:
        reference: under which that can be found there, or how it was done.
        check: called under the order's lock before anything is done; may refuse by raising.

    Raises:
        RefundInProgress: another request is at it.
        AccountException: the ledger refuses the rest.
    """
    _claim(refund, check)
    unanswered = refund.parts.filter(state=OrderRefundPart.State.RESERVED).exclude(reference="")
    for part in unanswered.select_related("source", "refund__order"):
        external.note_given(part, reference)
    _note(refund, user, _("Recorded as refunded elsewhere: %s") % reference)
    return running.finish(refund)


def give_up(refund: OrderRefund, user: AbstractBaseUser | None, *, check: Callable[[], None] | None = None) -> None:
    """End *refund* where it is: what has not been given back can be refunded anew.

    Args:
        check: as for `finish_as_given`.

    Raises:
        RefundInProgress: another request is at it.
    """
    _claim(refund, check)
    problem = _("Stopped manually.")
    settling.stop(refund, problem)
    _note(refund, user, _("A refund was stopped manually. What it had not paid back can be refunded again."))


def _claim(refund: OrderRefund, check: Callable[[], None] | None) -> None:
    with transaction.atomic():
        starting.lock(refund.order)
        if check:
            check()
        if not running.claim(refund):
            raise in_progress(refund)


def _note(refund: OrderRefund, user: Any, message: str) -> None:
    refund.order.notes.create(message=message, note_type="System", user=user)

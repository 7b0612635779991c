"""What the dashboard tells of an order's money: what was given back, what is not finished, and what is still owed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts_ledger.money import ZERO, display
from oscar_integration import conf, payments, records
from oscar_integration.after_order import plan, unrecorded
from oscar_integration.after_order.cancelling import cancelled_statuses
from oscar_integration.models import OrderRefund, OrderRefundPart

State, PartState = OrderRefund.State, OrderRefundPart.State


@dataclass(frozen=True)
class RefundSummary:
    """A refund in words, and what staff can do about it."""

    refund: OrderRefund
    title: str
    parts: list[str]
    #: Whether somebody may have to act, and which payment methods have not answered.
    is_unfinished: bool
    unanswered: list[str]


def refunds_of(order: Any) -> list[RefundSummary]:
    """Return the refunds of *order*, the newest first."""
    refunds = OrderRefund.objects.filter(order=order).select_related("order", "user").order_by("-pk")
    return [summary_of(refund) for refund in refunds.prefetch_related("parts__source__source_type", "cards")]


def owed(order: Any) -> list[str]:
    """Return what is still to be done so that everybody has their money, in sentences."""
    sentences = []
    left = plan.left(order)
    if order.status in cancelled_statuses() and left:
        sentences.append(
            _("This order is cancelled, but %(left)s of what was paid has not been refunded. Refund it here.")
            % {"left": display(plan.total(left), order.currency)}
        )
    missing = unrecorded.redemptions(order)
    if missing:
        sentences.append(
            _("Accounts have paid for this order without being listed among its payments: %(redemptions)s.")
            % {"redemptions": unrecorded.describe(missing)}
        )
    elsewhere = [part for part in left if part.transfer is None]
    if elsewhere and conf.get("ACCOUNTS_REFUND_REMAINDER") is None:
        sentences.append(
            _(
                "%(amount)s was paid by a method that cannot be refunded from here (%(methods)s). "
                "Refund it there, record it below as refunded elsewhere, and then cancel the order or"
                " refund the rest."
            )
            % {
                "amount": display(plan.total(elsewhere), order.currency),
                "methods": ", ".join(payments.label_of(part.source, None) for part in elsewhere),
            }
        )
    return sentences


def summary_of(refund: OrderRefund) -> RefundSummary:
    """Return *refund* in words."""
    currency = refund.order.currency
    parts = list(refund.parts.all())
    words = [_part_in_words(part, currency) for part in parts]
    taken = sum((card.amount for card in refund.cards.all()), ZERO)
    if taken:
        words.append(_taken_in_words(refund, taken))
    unanswered = [_name(part) for part in parts if part.state == PartState.RESERVED and not part.is_of_account]
    return RefundSummary(
        refund=refund,
        title=_title(refund, currency),
        parts=words,
        is_unfinished=refund.state == State.OPEN,
        unanswered=unanswered,
    )


def _title(refund: OrderRefund, currency: str) -> str:
    texts = {
        State.DONE: _("%(kind)s of %(amount)s: done"),
        State.OPEN: _("%(kind)s of %(amount)s: not finished yet"),
        State.STOPPED: _("%(kind)s of %(amount)s: stopped"),
    }
    return texts[State(refund.state)] % {"kind": refund.get_kind_display(), "amount": display(refund.amount, currency)}


def _part_in_words(part: OrderRefundPart, currency: str) -> str:
    if part.state == PartState.GIVEN:
        text = _("%(amount)s was refunded to %(name)s")
    elif part.state == PartState.RELEASED:
        text = _("%(amount)s was not refunded to %(name)s, and can be refunded again")
    elif part.is_of_account:
        text = _("%(amount)s is still owed to %(name)s")
    else:
        text = _("%(amount)s was requested from %(name)s, which has not answered")
    return text % {"amount": display(part.amount, currency), "name": _name(part)}


def _taken_in_words(refund: OrderRefund, taken: Decimal) -> str:
    amount = {"amount": display(taken, refund.order.currency)}
    if refund.state == State.DONE:
        return _("%(amount)s was taken off gift cards that this order had sold") % amount
    return _("%(amount)s will be taken off gift cards that this order had sold") % amount


def _name(part: OrderRefundPart) -> str:
    transfer = records.transfer_of(part.source)
    return payments.label_of(part.source, transfer.source if transfer is not None else None)

"""What is asked for: a refund, or a cancellation, of an order; and the refusals that only these know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger import codes
from accounts_ledger.exceptions import AccountException
from accounts_ledger.money import display
from oscar_integration.models import OrderRefund
from oscar_integration.selling.taking_back import SoldCards

#: Name of the payment event type of refunds, and what its ``reference`` holds at most.
REFUND = "Refund"
LONGEST_KEY = 128


class RefundInProgress(AccountException):
    """Another refund of the order, or its cancellation, is not finished."""


class RefundUnanswered(PaymentError):  # noqa: N818  (named like the other refusals)
    """Another payment method did not say whether it gave its part back: it stays reserved, and is asked again."""


class UnrecordedRedemptions(AccountException):
    """Accounts have paid for the order, and no payment source says so: cancelling would not give that back."""


@dataclass(frozen=True)
class Elsewhere:
    """A refund that another payment method has made already: by its ``payment.Source``, found under ``reference``."""

    source: Any
    reference: str


@dataclass(frozen=True)
class RefundRequest:
    """Arguments of a refund or a cancellation."""

    order: Any
    #: None for all that is left.
    amount: Decimal | None
    user: Any
    key: str = field(default_factory=codes.reference)
    kind: str = OrderRefund.Kind.REFUND
    event_type: str = REFUND
    lines: Sequence[tuple[Any, int]] = ()
    sold_cards: str = SoldCards.ASK
    new_status: str = ""
    note: str = ""
    elsewhere: Elsewhere | None = None
    #: Called under the order's lock before anything is reserved; may refuse by raising.
    check: Callable[[], None] | None = None
    #: Sets the order's status, instead of the shop's ``EventHandler``.
    set_status: Callable[[], object] | None = None


def in_progress(refund: OrderRefund) -> RefundInProgress:
    """Return the refusal of what cannot be done as long as *refund* is not finished."""
    message = _("A refund of %(amount)s of this order has not finished. %(problem)s")
    amount = display(refund.amount, refund.order.currency)
    return RefundInProgress((message % {"amount": amount, "problem": refund.problem}).strip(), refund=refund.pk)

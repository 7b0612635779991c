"""How an amount is spread over the payment sources of an order that it goes back to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import ZERO, amount_of, display
from oscar_integration import conf, records
from oscar_integration.models.order_refund import reserved_by_source

LAST_IN_FIRST_OUT, FIRST_IN_FIRST_OUT = "last-in-first-out", "first-in-first-out"


@dataclass(frozen=True)
class Part:
    """What one payment source gets back. ``transfer`` is the redemption, None for another method of payment."""

    source: Any
    transfer: Transfer | None
    amount: Decimal

    @property
    def account(self) -> Account | None:
        """The account that has paid."""
        return self.transfer.source if self.transfer is not None else None


def left(order: Any) -> list[Part]:
    """Return how much each source of *order* can still give back, in the order in which they do.

    What a refund in progress has reserved is not left any more.
    """
    reserved = reserved_by_source(order)
    sources = order.sources.select_related("source_type").order_by("pk")
    parts = [_left(source, reserved.get(source.pk, ZERO)) for source in sources]
    order_of_refunds = conf.get("ACCOUNTS_REFUND_ORDER")
    if order_of_refunds == LAST_IN_FIRST_OUT:
        parts.reverse()
    elif order_of_refunds != FIRST_IN_FIRST_OUT:
        raise ImproperlyConfigured(f"ACCOUNTS_REFUND_ORDER is {order_of_refunds!r}.")
    return [part for part in parts if part.amount > ZERO]


def total(parts: Iterable[Part]) -> Decimal:
    """Return what *parts* add up to."""
    return sum((part.amount for part in parts), ZERO)


def spread(amount: Decimal, parts: Iterable[Part], currency: str) -> list[Part]:
    """Return the parts that add up to *amount*, each at most what is left of it.

    Raises:
        InvalidAmount: not an amount of *currency*.
        RefundExceeded: more than is left in all.
    """
    missing = amount_of(amount, currency)
    spread_over = []
    for part in parts:
        share = min(part.amount, missing)
        if share > ZERO:
            spread_over.append(Part(part.source, part.transfer, share))
            missing -= share
    if missing > ZERO:
        refundable = amount - missing
        raise exceptions.RefundExceeded(
            _("Only %(left)s of this order can still be refunded, which is less than %(amount)s.")
            % {"left": display(refundable, currency), "amount": display(amount, currency)},
            left=refundable,
        )
    return spread_over


def _left(source: Any, reserved: Decimal) -> Part:
    transfer = records.transfer_of(source)
    amount = source.amount_debited - source.amount_refunded
    if transfer is not None:
        # The ledger knows best: staff may have refunded or reversed the redemption itself.
        amount = min(amount, transfer.max_refund())
    return Part(source, transfer, max(amount - reserved, ZERO))

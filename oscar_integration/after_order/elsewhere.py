"""What goes back by another method of payment: asked for outside of any transaction, put on record at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from oscar.apps.payment.exceptions import PaymentError
from oscar.core.loading import get_model

from accounts_ledger.money import ZERO, display
from oscar_integration import conf
from oscar_integration.after_order.plan import Part

_REFUND = "Refund"
#: So much of an order's number is in a reference, which like the number and the key has 128 characters at most.
_NUMBER = 60


def give_back(order: Any, parts: Iterable[Part], key: str = "") -> Decimal:
    """Have other methods of payment give back their parts, and return how much they did in all.

    Args:
        key: the idempotency key of the refund, if it has one; then what an interrupted try gave back counts, too.

    Raises:
        PaymentError: one of them did not; what those before it gave back is on record.
    """
    asked = [part for part in parts if part.transfer is None]
    for part in asked:
        _ask(order, part, key)
    return given_back(order, key) if key else sum((part.amount for part in asked), ZERO)


def given_back(order: Any, key: str) -> Decimal:
    """Return what other methods gave back so far for the refund with the idempotency *key*."""
    if not key:
        return ZERO
    done = get_model("payment", "Transaction").objects.filter(
        source__order=order, txn_type=_REFUND, reference__startswith=_reference_of_key(order, key)
    )
    total: Decimal | None = done.aggregate(total=Sum("amount"))["total"]
    return (total or ZERO).quantize(ZERO)


def _ask(order: Any, part: Part, key: str) -> None:
    path = conf.get("ACCOUNTS_REFUND_REMAINDER")
    if path is None:
        raise PaymentError(
            _("%(amount)s of this order were paid by %(method)s and have to be refunded there.")
            % {"amount": display(part.amount, order.currency), "method": part.source.source_type}
        )
    reference = _reference(order, part.source, key)
    import_string(path)(part.source, part.amount, reference)
    with transaction.atomic():
        source = type(part.source)._default_manager.select_for_update().get(pk=part.source.pk)
        if key and source.transactions.filter(txn_type=_REFUND, reference=reference).exists():
            return  # the same request, sent twice at the same moment, was recorded by the other one
        if source.amount_refunded != part.source.amount_refunded:
            raise PaymentError(_("Somebody else has refunded this order at the same moment. Please look again."))
        source.refund(part.amount, reference=reference, status="Refunded")
    part.source.amount_refunded = source.amount_refunded


def _reference(order: Any, source: Any, key: str) -> str:
    """Return what a provider recognises a repetition by: the same until the refund is on record."""
    if key:
        return f"{_reference_of_key(order, key)}-{source.pk}"
    return f"refund-{order.number[:_NUMBER]}-{source.pk}-{source.amount_refunded}"


def _reference_of_key(order: Any, key: str) -> str:
    digest = hashlib.sha256(f"{order.number}:{key}".encode()).hexdigest()[:32]
    return f"refund-{order.number[:_NUMBER]}-{digest}"

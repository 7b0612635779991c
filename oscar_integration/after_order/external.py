"""What goes back by another method of payment: asked for outside of any transaction, put on record at once."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from oscar.apps.payment.exceptions import GatewayError, PaymentError
from oscar.core.loading import get_model

from accounts_ledger.money import display
from oscar_integration import conf
from oscar_integration.after_order.plan import Part
from oscar_integration.after_order.request import RefundUnanswered
from oscar_integration.models import OrderRefund, OrderRefundPart

logger = logging.getLogger("oscar_integration")

State = OrderRefundPart.State
_REFUND = "Refund"
#: So much of an order's number is in a reference, which like the number and the key has 128 characters at most.
_NUMBER = 60


def check_wired(order: Any, part: Part) -> None:
    """Raise PaymentError if the shop has no way to have *part* given back."""
    if conf.get("ACCOUNTS_REFUND_REMAINDER") is None:
        raise PaymentError(
            _(
                "%(amount)s of this order was paid by %(method)s and has to be refunded there. Then "
                "record it as refunded elsewhere, and refund the rest here."
            )
            % {"amount": display(part.amount, order.currency), "method": part.source.source_type}
        )


def ask(part: OrderRefundPart) -> None:
    """Have another payment method give *part* back, and put it on record. To be called outside of any transaction.

    Raises:
        PaymentError: it refused, and nothing moved.
        RefundUnanswered: it is not known whether it did; asking again with the same reference is safe.
    """
    OrderRefund.objects.filter(pk=part.refund_id).update(claimed_at=timezone.now())
    try:
        import_string(conf.get("ACCOUNTS_REFUND_REMAINDER"))(part.source, part.amount, part.reference)
    except GatewayError as error:
        raise _unanswered(part) from error
    except PaymentError:
        raise
    except Exception as error:
        logger.exception("Order %s: no answer about refund %s", part.refund.order.number, part.reference)
        raise _unanswered(part) from error
    note_given(part, part.reference)


def note_given(part: OrderRefundPart, reference: str) -> None:
    """Put on record that *part* was given back, under *reference* with the other method. Safe to repeat."""
    with transaction.atomic():
        locked = OrderRefundPart.objects.select_for_update().get(pk=part.pk)
        if locked.state == State.GIVEN:
            return  # another process has asked, too, with the same reference, and has noted it
        source = type(part.source)._default_manager.select_for_update().get(pk=locked.source_id)
        source.refund(locked.amount, reference=reference, status="Refunded")
        locked.state = State.GIVEN
        locked.save(update_fields=["state"])


def reference_of(refund: OrderRefund, source: Any) -> str:
    """Return what a provider recognises a repetition by: the same until it has refused."""
    reference = f"{_reference_of_key(refund.order, refund.key)}-{source.pk}"
    tries = refund.parts.filter(source=source).count()
    return f"{reference}-{tries + 1}" if tries else reference


def given_before(order: Any, key: str) -> list[Part]:
    """Return what other methods gave back for the refund with the idempotency *key* before such refunds were kept."""
    done = get_model("payment", "Transaction").objects.filter(
        source__order=order, txn_type=_REFUND, reference__startswith=_reference_of_key(order, key)
    )
    return [Part(transaction.source, None, transaction.amount) for transaction in done.select_related("source")]


def _unanswered(part: OrderRefundPart) -> RefundUnanswered:
    return RefundUnanswered(
        _(
            "%(method)s did not confirm whether %(amount)s was refunded. The amount stays reserved, "
            "and the request is repeated until there is an answer; you can also try again now. The "
            "money is not refunded twice."
        )
        % {"method": part.source.source_type, "amount": display(part.amount, part.refund.order.currency)}
    )


def _reference_of_key(order: Any, key: str) -> str:
    digest = hashlib.sha256(f"{order.number}:{key}".encode()).hexdigest()[:32]
    return f"refund-{order.number[:_NUMBER]}-{digest}"

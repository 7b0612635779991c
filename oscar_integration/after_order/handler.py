"""The Oscar dashboard's way in: a mixin for the shop's ``EventHandler``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidPaymentEvent
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger import exceptions
from oscar_integration import conf
from oscar_integration.after_order import cancelling, refunding


class AccountRefundsMixin:
    """Goes before Oscar's ``EventHandler``: refund events and cancellations move the money that they speak of.

    Refusals become Oscar's ``PaymentError``, which its dashboard shows; then nothing was changed.
    """

    user: Any
    kwargs: dict[str, Any]

    def handle_payment_event(
        self,
        order: Any,
        event_type: Any,
        amount: Decimal,
        lines: Any = None,
        line_quantities: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Refund *amount* if the event is a refund; other events are recorded as Oscar does.

        ``reference``, or the ``idempotency_key`` that the handler was made with, keeps a refund from being made twice.
        """
        if event_type.name not in conf.get("ACCOUNTS_REFUND_EVENT_TYPES"):
            return super().handle_payment_event(  # type: ignore[misc]  # Oscar's EventHandler
                order, event_type, amount, lines, line_quantities, **kwargs
            )
        key = kwargs.get("reference") or self.kwargs.get("idempotency_key", "")
        with _as_payment_errors():
            earlier = refunding.done_before(order, amount, key)
        if earlier is not None:
            return earlier
        self.validate_payment_event(  # type: ignore[attr-defined]  # Oscar's EventHandler
            order, event_type, amount, lines, line_quantities, **kwargs
        )
        returned = list(zip(lines or (), line_quantities or (), strict=True))
        with _as_payment_errors():
            event = refunding.refund_order(
                order,
                amount,
                self.user,
                idempotency_key=key,
                event_type=event_type,
                lines=returned,
            )
        for line, quantity in returned:
            event.line_quantities.get_or_create(line=line, defaults={"quantity": quantity})
        return event

    def handle_order_status_change(self, order: Any, new_status: str, note_msg: str | None = None) -> None:
        """Give the money back when the order is cancelled."""
        parent: Any = super()
        if new_status not in conf.get("ACCOUNTS_CANCELLED_STATUSES"):
            parent.handle_order_status_change(order, new_status, note_msg)
            return
        with _as_payment_errors():
            cancelling.cancel_order(
                order,
                self.user,
                set_status=lambda: parent.handle_order_status_change(order, new_status, note_msg),
            )


@contextmanager
def _as_payment_errors() -> Iterator[None]:
    try:
        yield
    except exceptions.InvalidAmount as error:
        raise InvalidPaymentEvent(str(error)) from error
    except exceptions.IdempotencyConflict as error:
        message = _("This form was sent before, with another amount. Please look at what is left, and try again.")
        raise PaymentError(message) from error
    except exceptions.AccountException as error:
        raise PaymentError(str(error)) from error

"""The Oscar dashboard's way in: a mixin for the shop's ``EventHandler``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidPaymentEvent
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger import exceptions
from oscar_integration import conf
from oscar_integration.after_order import cancelling, refunding, starting
from oscar_integration.after_order.lines import InvalidLines
from oscar_integration.selling.taking_back import SoldCards


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
        amount: Decimal | None,
        lines: Any = None,
        line_quantities: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Refund *amount* if the event is a refund; other events are recorded as Oscar does.

        Without an amount, what the lines cost goes back; without lines, all that is left. ``reference``, or the
        ``idempotency_key`` that the handler was made with, keeps a refund from being made twice. ``sold_cards`` says
        what becomes of gift cards that the amount was paid for (`SoldCards`).
        """
        if event_type.name not in conf.get("ACCOUNTS_REFUND_EVENT_TYPES"):
            return super().handle_payment_event(  # type: ignore[misc]  # Oscar's EventHandler
                order, event_type, amount, lines, line_quantities, **kwargs
            )
        key = kwargs.get("reference") or self.kwargs.get("idempotency_key", "")
        returned = _pairs(lines, line_quantities)
        with as_payment_errors():
            earlier = starting.done_before(order, amount, key, returned)
        if earlier is not None:
            return earlier
        self.validate_payment_event(  # type: ignore[attr-defined]  # Oscar's EventHandler
            order,
            event_type,
            amount,
            [line for line, _q in returned],
            [quantity for _l, quantity in returned],
            **kwargs,
        )
        with as_payment_errors():
            return refunding.refund_order(
                order,
                amount,
                self.user,
                idempotency_key=key,
                event_type=event_type,
                lines=returned,
                sold_cards=kwargs.get("sold_cards", SoldCards.ASK),
                check=self.kwargs.get("check"),
            )

    def handle_order_status_change(self, order: Any, new_status: str, note_msg: str | None = None) -> None:
        """Give the money back when the order is cancelled."""
        if new_status not in conf.get("ACCOUNTS_CANCELLED_STATUSES"):
            with as_payment_errors():
                cancelling.check_not_being_cancelled(order)
            super().handle_order_status_change(order, new_status, note_msg)  # type: ignore[misc]  # Oscar's EventHandler
            return
        with as_payment_errors():
            cancelling.cancel_order(
                order, self.user, new_status=new_status, note=note_msg or "", check=self.kwargs.get("check")
            )

    def set_cancelled_status(self, order: Any, new_status: str, note_msg: str | None = None) -> None:
        """Set the status of an order that is being cancelled, as Oscar does; its money is dealt with already."""
        super().handle_order_status_change(order, new_status, note_msg)  # type: ignore[misc]  # Oscar's EventHandler


def _pairs(lines: Sequence[Any] | None, quantities: Sequence[int] | None) -> list[tuple[Any, int]]:
    """Return lines with their quantities; without quantities, whole lines.

    Raises:
        InvalidPaymentEvent: there are more of the ones than of the others.
    """
    chosen = list(lines or ())
    counts = [line.quantity for line in chosen] if quantities is None else list(quantities)
    if len(chosen) != len(counts):
        raise InvalidPaymentEvent(_("Enter how many items of each line are returned."))
    return list(zip(chosen, counts, strict=True))


@contextmanager
def as_payment_errors() -> Iterator[None]:
    """Turn refusals of the ledger into the exceptions that Oscar's dashboard shows."""
    try:
        yield
    except (exceptions.InvalidAmount, InvalidLines) as error:
        raise InvalidPaymentEvent(str(error)) from error
    except exceptions.IdempotencyConflict as error:
        message = _(
            "This form has already been sent with a different amount. Check what is left to refund, and try again."
        )
        raise PaymentError(message) from error
    except exceptions.AccountException as error:
        raise PaymentError(str(error)) from error

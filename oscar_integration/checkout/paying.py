"""Payment: what accounts pay is held, the rest is taken by another method; debits wait for the order."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import Any

from django import http
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.core.loading import get_class, get_classes, get_model

from accounts_ledger import exceptions
from accounts_ledger.money import ZERO
from oscar_integration import attempts
from oscar_integration.attempts import RemainderPaid
from oscar_integration.checkout import scarcity
from oscar_integration.models import PaymentAttempt

logger = logging.getLogger("oscar_integration")

RedirectRequired, UnableToTakePayment = get_classes("payment.exceptions", ["RedirectRequired", "UnableToTakePayment"])

#: How long a second request for an order waits for the first one to finish.
_WAIT_SECONDS = 6.0
_LOOK_EVERY_SECONDS = 0.2


class PayingMixin:
    """Oscar's ``handle_payment``, and the one hook for a shop's own payment method."""

    request: Any
    checkout_session: Any

    #: The attempt of this request, if another method pays a part.
    attempt: PaymentAttempt | None = None
    remainder_paid: RemainderPaid | None = None
    #: The order, when this request finds it placed by another one.
    placed_before: Any = None

    # --- The hook ----------------------------------------------------------------------------------

    def pay_remainder(self, attempt: PaymentAttempt, **kwargs: Any) -> RemainderPaid:
        """Take ``attempt.remainder`` (in ``attempt.currency``) by the shop's own payment method.

        The one hook that a shop implements. Called when the accounts do not cover the order, after their part was
        held and before anything is debited; no database transaction is open. Charge under ``attempt.reference``: it
        is unique to this try, so a payment provider can use it to refuse a repetition and to find the charge again.

        Args:
            attempt: what is to be paid and for which order.
            kwargs: the ``payment_kwargs`` of Oscar's ``submit``, such as forms.

        Raises:
            UnableToTakePayment: declined; its message is shown and nothing was taken.
            RedirectRequired: the shopper has to go to another page first; the view of the page to which they come
                back calls `resume_payment`.
            Exception: whether something was taken is unknown; ``ACCOUNTS_CANCEL_REMAINDER`` is called.
        """
        raise NotImplementedError

    def can_pay_remainder(self) -> bool:
        """Whether another method takes what the accounts do not cover."""
        return self.takes_other_methods()

    @classmethod
    def takes_other_methods(cls) -> bool:
        """Whether the shop has another payment method at all: once `pay_remainder` is implemented."""
        return cls.pay_remainder is not PayingMixin.pay_remainder

    # --- Taking payment ----------------------------------------------------------------------------

    def handle_payment(self, order_number: Any, total: Any, **kwargs: Any) -> None:
        """Check that the accounts can pay their part; hold it and have the rest paid if they do not cover all.

        When they do, nothing happens here: the debits belong to the transaction that writes the order.
        """
        validated = self.validated_allocations()  # type: ignore[attr-defined]  # AllocatingMixin
        if validated.messages:
            raise UnableToTakePayment(" ".join(validated.messages))
        if validated.left_to_pay <= ZERO:
            return
        if not self.can_pay_remainder():
            raise UnableToTakePayment(self.left_to_pay_message(validated))  # type: ignore[attr-defined]  # AllocatingMixin
        user = self.request.user
        try:
            self.attempt = attempts.start(
                order_number,
                self.request.basket,
                user if user.is_authenticated else None,
                validated.accounts,
                total=validated.payable.total,
                remainder=validated.left_to_pay,
                currency=validated.payable.currency,
                claim=functools.partial(scarcity.claim, self.request.basket, user),
                offers=scarcity.offers_of(self.request.basket),
            )
        except attempts.AttemptInProgress as error:
            self.placed_before = wait_for_order(order_number)
            raise UnableToTakePayment(str(error)) from error
        except exceptions.AccountException as error:
            raise UnableToTakePayment(str(error)) from error
        self.take_remainder(lambda attempt: self.pay_remainder(attempt, **kwargs))

    def take_remainder(self, ask: Callable[[PaymentAttempt], RemainderPaid]) -> None:
        """Have the other method pay; when it does not, let go of what the accounts hold."""
        attempt = self.attempt
        assert attempt is not None
        try:
            paid = ask(attempt)
            attempts.charged(attempt, paid)
        except RedirectRequired:
            attempts.redirected(attempt)
            self.freeze_for_redirect(attempt)
            raise
        except UnableToTakePayment as error:
            self.cancel_attempt(str(error), nothing_taken=True)
            raise
        except attempts.AttemptEnded as error:
            raise UnableToTakePayment(str(error)) from error
        except Exception as error:
            self.cancel_attempt(type(error).__name__)
            raise
        self.remainder_paid = paid

    def cancel_attempt(self, reason: str, nothing_taken: bool = False) -> None:
        """Undo this request's attempt, if it has one that did not become an order."""
        if self.attempt is None:
            return
        try:
            attempts.cancel(self.attempt, reason, nothing_taken=nothing_taken)
        except Exception:
            # The customer is told about the first failure; `finish_abandoned` repeats this one.
            logger.exception("Payment attempt %s could not be cancelled; to be repeated", self.attempt.reference)

    # --- Redirects ---------------------------------------------------------------------------------

    def freeze_for_redirect(self, attempt: PaymentAttempt) -> None:
        """Keep the basket as it is while the shopper is on another site."""
        Basket = get_model("basket", "Basket")
        Basket._default_manager.filter(pk=attempt.basket_id, status__in=Basket.editable_statuses).update(
            status=Basket.FROZEN
        )
        self.checkout_session._set("accounts", "attempt", attempt.reference)

    def redirected_attempt(self) -> PaymentAttempt | None:
        """Return the attempt for which this shopper was sent to another site."""
        reference = self.checkout_session._get("accounts", "attempt")
        return PaymentAttempt.objects.select_related("basket").filter(reference=reference or "").first()

    def resume_payment(self, confirm: Callable[[PaymentAttempt], RemainderPaid]) -> http.HttpResponse:
        """Go on when the shopper comes back from the other method's pages: confirm the payment, place the order.

        Args:
            confirm: completes the payment; returns and raises what `pay_remainder` does. Never called twice for one
                attempt, and not at all once it was cancelled.
        """
        attempt = self.redirected_attempt()
        if attempt is None:
            messages.error(self.request, _("There is no payment to complete."))
            return redirect("checkout:payment-details")
        try:
            attempts.resumed(attempt)
        except attempts.AttemptEnded as error:
            return self.resumed_too_late(attempt, error)
        self.attempt = attempt
        try:
            submission = self.submission_of(attempt)
            self.take_remainder(confirm)
        except UnableToTakePayment as error:
            return self.give_up_redirect(attempt, str(error))
        except Exception:
            logger.exception("Order %s: the payment could not be completed", attempt.order_number)
            self.cancel_attempt("error")
            return self.give_up_redirect(attempt, _("The payment could not be completed. Nothing was taken."))
        return self.place_paid_order(attempt, submission)

    def submission_of(self, attempt: PaymentAttempt) -> dict[str, Any]:
        """Return Oscar's submission for the frozen basket of *attempt*.

        Raises:
            UnableToTakePayment: the order would not cost any more what the payment was started for.
        """
        basket: Any = attempt.basket
        basket.strategy = self.request.strategy
        get_class("offer.applicator", "Applicator")().apply(basket, self.request.user, self.request)
        submission: dict[str, Any] = self.build_submission(basket=basket)  # type: ignore[attr-defined]  # Oscar
        total = submission["order_total"]
        if total is None or total.incl_tax != attempt.total:
            self.cancel_attempt("the total changed", nothing_taken=True)
            raise UnableToTakePayment(_("The order has changed while it was being paid. Nothing was taken."))
        return submission

    def place_paid_order(self, attempt: PaymentAttempt, submission: dict[str, Any]) -> http.HttpResponse:
        """Place the order whose payment is complete; when that fails, everything is given back."""
        submission.pop("payment_kwargs")
        order_kwargs = submission.pop("order_kwargs")
        try:
            return self.handle_order_placement(  # type: ignore[attr-defined]  # PlacingMixin
                attempt.order_number, **submission, **order_kwargs
            )
        except Exception as error:
            logger.exception("Order %s could not be placed", attempt.order_number)
            UnableToPlaceOrder = get_class("order.exceptions", "UnableToPlaceOrder")
            known = isinstance(error, UnableToPlaceOrder)
            return self.give_up_redirect(
                attempt, str(error) if known else _("The order could not be placed. Nothing was taken.")
            )

    def give_up_redirect(self, attempt: PaymentAttempt, message: str) -> http.HttpResponse:
        self.cancel_attempt(message)
        self.restore_frozen_basket()  # type: ignore[attr-defined]  # PlacingMixin
        messages.error(self.request, message)
        return redirect("checkout:payment-details")

    def resumed_too_late(self, attempt: PaymentAttempt, error: Exception) -> http.HttpResponse:
        """Answer a return that is not the first one, or comes after the attempt was cancelled."""
        order = wait_for_order(attempt.order_number) if attempt.state != PaymentAttempt.State.CANCELLED else None
        if order is not None:
            return self.show_placed_order(order)  # type: ignore[attr-defined]  # PlacingMixin
        self.attempt = attempt
        return self.give_up_redirect(attempt, str(error))


def wait_for_order(order_number: object) -> Any:
    """Return the order that another request is about to place, None if it does not within some seconds."""
    Order = get_model("order", "Order")
    give_up_at = time.monotonic() + _WAIT_SECONDS
    while True:
        order = Order._default_manager.filter(number=str(order_number)).first()
        if order is not None or attempts.open_attempt(order_number) is None or time.monotonic() > give_up_at:
            return order
        time.sleep(_LOOK_EVERY_SECONDS)

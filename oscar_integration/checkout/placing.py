"""Placing the order: its rows, its payment records and the debits are one database transaction, the debits last."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

from django import http
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.core.loading import get_class, get_model

from accounts_ledger import exceptions
from oscar_integration import attempts, payments, records
from oscar_integration.checkout import scarcity
from oscar_integration.checkout.debits import Captures, Debits, Redemptions
from oscar_integration.models import PaymentAttempt

logger = logging.getLogger("oscar_integration")

UnableToPlaceOrder = get_class("order.exceptions", "UnableToPlaceOrder")


class OrderAlreadyPlacedError(Exception):
    """Another request has placed the order."""

    def __init__(self, order: Any) -> None:
        super().__init__(f"Order {order.number} was placed before.")
        self.order = order


class PlacingMixin:
    """Takes the money when the order is placed, not before: whatever fails, nothing was taken.

    Oscar's ``submit`` takes payment in ``handle_payment`` and would keep it when a later step fails. Here
    ``place_order`` does everything in one transaction.
    """

    request: Any
    checkout_session: Any
    attempt: PaymentAttempt | None
    remainder_paid: attempts.RemainderPaid | None
    placed_before: Any

    # --- Submitting --------------------------------------------------------------------------------

    def submit(self, *args: Any, **kwargs: Any) -> http.HttpResponse:
        """Submit the basket as Oscar does; a second request for the same order ends where the first one does."""
        response: http.HttpResponse = super().submit(*args, **kwargs)  # type: ignore[misc]  # Oscar's view
        return self.show_placed_order(self.placed_before) if self.placed_before else response

    def freeze_basket(self, basket: Any) -> None:
        """Leave the basket open: it is frozen only while the shopper is on another site.

        A server that stops in the middle would leave a frozen basket behind, that is, a shopper without their basket.
        Orders are kept from being placed twice by a lock on the basket's row and by the payment attempt instead.
        """

    def handle_order_placement(
        self,
        order_number: Any,
        user: Any,
        basket: Any,
        shipping_address: Any,
        shipping_method: Any,
        shipping_charge: Any,
        billing_address: Any,
        order_total: Any,
        surcharges: Any = None,
        **kwargs: Any,
    ) -> http.HttpResponse:
        """Place the order; when that fails, let go of what is held and give back what another method has taken."""
        try:
            order = self.place_order(
                order_number=order_number,
                user=user,
                basket=basket,
                shipping_address=shipping_address,
                shipping_method=shipping_method,
                shipping_charge=shipping_charge,
                order_total=order_total,
                billing_address=billing_address,
                surcharges=surcharges,
                **kwargs,
            )
        except OrderAlreadyPlacedError as already:
            self.cancel_attempt(str(already))  # type: ignore[attr-defined]  # PayingMixin
            return self.show_placed_order(already.order)
        except Exception as error:
            self.cancel_attempt(type(error).__name__)  # type: ignore[attr-defined]  # PayingMixin
            raise
        return self.handle_successful_order(order)

    def place_order(self, order_number: Any, user: Any, basket: Any, *args: Any, **kwargs: Any) -> Any:
        """Write the order and its payment, submit the basket, debit the accounts: all or nothing."""
        try:
            debits = self.debits(order_number)
            self.record_payment(debits)
            with transaction.atomic():
                self.claim(basket)
                scarcity.claim(basket, user)
                order = super().place_order(  # type: ignore[misc]  # Oscar's OrderPlacementMixin
                    order_number, user, basket, *args, **kwargs
                )
                self.check_paid_in_full(order, debits)
                basket.submit()
                # The last thing before the commit: the Redemptions account is locked from here on.
                self.post_debits(debits)
                self.remember_payment(order, debits)
        except exceptions.AccountException as error:
            raise UnableToPlaceOrder(str(error)) from error
        return order

    def debits(self, order_number: Any) -> Debits:
        """Return what is to be debited: what was held, if another method pays the rest, else what is allocated."""
        if self.attempt is not None:
            return Captures.of(self.attempt)
        validated = self.validated_allocations()  # type: ignore[attr-defined]  # AllocatingMixin
        return Redemptions.of(order_number, self.request.user, validated.accounts)

    def claim(self, basket: Any) -> None:
        """Lock the basket, so that one order comes of it however many requests there are.

        Raises:
            OrderAlreadyPlacedError: another request came first.
            AttemptEnded: the payment of the rest was cancelled meanwhile.
        """
        Basket, Order = get_model("basket", "Basket"), get_model("order", "Order")
        locked = Basket._default_manager.select_for_update().filter(pk=basket.pk)
        if locked.values_list("status", flat=True).get() == Basket.SUBMITTED:
            raise OrderAlreadyPlacedError(Order._default_manager.filter(basket=basket.pk).latest("pk"))
        if self.attempt is not None:
            attempts.placed(self.attempt)

    def record_payment(self, debits: Debits) -> None:
        """Have Oscar write a payment source and an event for each debit, and for what another method paid."""
        mixin: Any = self  # Oscar's OrderPlacementMixin
        for account, amount, reference in debits.items():
            mixin.add_payment_source(records.source_of(account, amount, reference))
            mixin.add_payment_event(records.PAID, amount, reference=reference)
        if self.attempt is not None and self.remainder_paid is not None:
            paid, amount = self.remainder_paid, self.attempt.remainder
            mixin.add_payment_source(records.source_of_remainder(paid, amount, self.attempt.currency))
            mixin.add_payment_event(
                records.PAID if paid.debited else records.AUTHORISED, amount, reference=paid.reference
            )

    def save_payment_details(self, order: Any) -> None:
        """Write events and sources. The order's lines are read once, for these and for the confirmation."""
        prefetch_related_objects([order], "lines", "surcharges")
        super().save_payment_details(order)  # type: ignore[misc]  # Oscar's OrderPlacementMixin

    def remember_payment(self, order: Any, debits: Debits) -> None:
        """Keep for the confirmation what was paid from which account, and what is left on it."""
        sources = self._payment_sources or ()  # type: ignore[attr-defined]  # Oscar's OrderPlacementMixin
        payments.remember(order, sources, {reference: account for account, _amount, reference in debits.items()})

    def check_paid_in_full(self, order: Any, debits: Debits) -> None:
        """Refuse an order that costs something else than what is paid for it.

        Raises:
            UnableToPlaceOrder: it does, because something has changed at the last moment.
        """
        paid = sum((amount for _account, amount, _reference in debits.items()), Decimal("0.00"))
        if self.attempt is not None:
            paid += self.attempt.remainder
        if paid != order.total_incl_tax:
            raise UnableToPlaceOrder(_("The order has changed while it was being paid. Please check it again."))

    def post_debits(self, debits: Debits) -> None:
        """Move the money.

        Raises:
            AccountException: an account cannot pay (any more).
        """
        debits.post()

    # --- Afterwards --------------------------------------------------------------------------------

    def handle_successful_order(self, order: Any) -> http.HttpResponse:
        """Do what Oscar does after an order; when that fails, say so in the log: the order stands and is paid."""
        try:
            response: http.HttpResponse = super().handle_successful_order(order)  # type: ignore[misc]  # Oscar
        except Exception:
            logger.exception("Order %s was placed, but not everything that follows could be done", order.number)
            return self.show_placed_order(order)
        return response

    def send_order_placed_email(self, order: Any) -> None:
        """Send the confirmation; when that fails, say so in the log and go on."""
        try:
            super().send_order_placed_email(order)  # type: ignore[misc]  # Oscar's OrderPlacementMixin
        except Exception:
            logger.exception("Order %s was placed, but its confirmation could not be sent", order.number)

    def show_placed_order(self, order: Any) -> http.HttpResponse:
        """Lead the shopper to the confirmation of an order that is there already."""
        self.checkout_session.flush()
        self.request.session["checkout_order_id"] = order.pk
        return redirect(self.get_success_url())  # type: ignore[attr-defined]  # Oscar's OrderPlacementMixin

    def restore_frozen_basket(self) -> None:
        """Give the shopper the basket back, unless an order was placed with it or is being paid by another request."""
        Basket = get_model("basket", "Basket")
        pk = self.checkout_session.get_submitted_basket_id()
        in_use = PaymentAttempt.objects.filter(basket=pk, state__in=PaymentAttempt.OPEN)
        if pk is None or in_use.exists():
            return
        Basket._default_manager.filter(pk=pk, status=Basket.FROZEN).update(status=Basket.OPEN)
        restored = Basket._default_manager.filter(pk=pk, status=Basket.OPEN).first()
        if restored is None:
            return
        current = self.request.basket
        if current.pk == restored.pk:
            current.status = restored.status  # the instance may say that it was submitted; that was rolled back
            return
        restored.strategy = self.request.strategy
        if current.pk is not None:
            restored.merge(current)
        self.request.basket = restored

"""Placing the order: its rows, its payment records and the debits are one database transaction, the debits last."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from oscar.core.loading import get_class, get_model

from accounts_ledger import exceptions, facade
from accounts_ledger.money import ZERO, display
from oscar_integration import gateway, records, session

logger = logging.getLogger("oscar_integration")

UnableToPlaceOrder = get_class("order.exceptions", "UnableToPlaceOrder")
UnableToTakePayment = get_class("payment.exceptions", "UnableToTakePayment")


class PlacingMixin:
    """Takes the money when the order is placed, not before: whatever fails, nothing was taken.

    Oscar's ``submit`` takes payment in ``handle_payment`` and would keep it when a later step fails. Here that method
    only looks; ``place_order`` does everything in one transaction.
    """

    request: Any
    checkout_session: Any

    def handle_payment(self, order_number: Any, total: Any, **kwargs: Any) -> None:
        """Check that the accounts can pay what they are to pay; have the rest paid by another method."""
        validated = self.validated_allocations()  # type: ignore[attr-defined]  # AllocatingMixin
        if validated.messages:
            raise UnableToTakePayment(" ".join(validated.messages))
        if validated.left_to_pay > ZERO:
            raise UnableToTakePayment(
                _("%s is left to pay.") % display(validated.left_to_pay, validated.payable.currency)
            )

    def place_order(self, order_number: Any, user: Any, basket: Any, *args: Any, **kwargs: Any) -> Any:
        """Write the order and its payment, debit the accounts, and submit the basket: all or nothing."""
        try:
            requests = gateway.redemption_requests(order_number, self.request.user, session.load(self.checkout_session))
            self.record_payment(requests)
            with transaction.atomic():
                order = super().place_order(  # type: ignore[misc]  # Oscar's OrderPlacementMixin
                    order_number, user, basket, *args, **kwargs
                )
                basket.submit()
                self.post_redemptions(order, requests)
        except exceptions.AccountException as error:
            raise UnableToPlaceOrder(str(error)) from error
        return order

    def record_payment(self, requests: Sequence[facade.TransferRequest]) -> None:
        """Have Oscar write a payment source and an event for each transfer that is going to be posted."""
        for request in requests:
            self.add_payment_source(  # type: ignore[attr-defined]  # Oscar's OrderPlacementMixin
                records.source_of(request.source, request.amount, request.reference)
            )
            self.add_payment_event(  # type: ignore[attr-defined]  # Oscar's OrderPlacementMixin
                records.PAID, request.amount, reference=request.reference
            )

    def post_redemptions(self, order: Any, requests: Sequence[facade.TransferRequest]) -> None:
        """Debit the accounts. The last thing before the commit: the Redemptions account is locked from here on."""
        posted = gateway.post(requests)
        for request, transfer in zip(requests, posted, strict=True):
            if transfer.reference != request.reference:
                raise exceptions.IdempotencyConflict(
                    _("Order %s has been paid from this account before.") % request.merchant_reference
                )

    def restore_frozen_basket(self) -> None:
        """Give the shopper the basket back, unless an order was placed with it."""
        Basket = get_model("basket", "Basket")
        pk = self.checkout_session.get_submitted_basket_id()
        if Basket._default_manager.filter(pk=pk, status=Basket.SUBMITTED).exists():
            return
        super().restore_frozen_basket()  # type: ignore[misc]  # Oscar's OrderPlacementMixin

    def send_order_placed_email(self, order: Any) -> None:
        """Send the confirmation; when that fails, say so in the log: the order stands and is paid."""
        try:
            super().send_order_placed_email(order)  # type: ignore[misc]  # Oscar's OrderPlacementMixin
        except Exception:
            logger.exception("Order %s was placed, but its confirmation could not be sent", order.number)

"""The page to which shoppers come back from another payment method's site."""

from __future__ import annotations

from typing import Any

from django import http
from django.shortcuts import redirect


class PaymentReturnMixin:
    """Goes before the shop's ``PaymentDetailsView``, for the view to which a payment provider sends shoppers back.

    The view calls ``resume_payment``. The checkout's own conditions are not asked: the basket is frozen meanwhile.
    """

    def check_skip_conditions(self, request: http.HttpRequest) -> None:
        """Skip nothing."""

    def check_pre_conditions(self, request: http.HttpRequest) -> None:
        """Require nothing but a payment to complete, which `resume_payment` looks for."""

    def get(self, request: http.HttpRequest, *args: Any, **kwargs: Any) -> http.HttpResponse:
        """Lead back to the payment details; a shop whose provider returns by GET overrides this."""
        return redirect("checkout:payment-details")

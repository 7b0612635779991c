"""The example shop's checkout: Oscar's, with payment by accounts, and in a demo the rest by a demo card."""

from __future__ import annotations

from typing import Any

from django import http
from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from oscar.apps.checkout import views
from oscar.apps.checkout.views import *  # noqa: F403  (a fork of an Oscar app starts from all of it)

from accounts_ledger.money import display
from backoffice.shop import demo_card
from backoffice.shop.demo_card import DemoCardForm
from oscar_integration.attempts import RemainderPaid
from oscar_integration.checkout import AccountPaymentMixin, PaymentReturnMixin
from oscar_integration.models import PaymentAttempt
from oscar_integration.validation import Validated


class IndexView(views.IndexView):
    """Asks the shopper to log in or go on as a guest. Failed logins count here, too: Oscar withholds the request."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}


class PaymentDetailsView(AccountPaymentMixin, views.PaymentDetailsView):
    """Accounts first; in a demo the rest by the demo card that was chosen on the payment details page.

    Outside a demo there is no other payment method until the shop adds its own: accounts must pay all of an order.
    """

    @cached_property
    def card_form(self) -> DemoCardForm | None:
        if not settings.DEMO:
            return None
        return DemoCardForm(self.request.POST if "card" in self.request.POST else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "card_form": self.card_form}

    def can_pay_remainder(self) -> bool:
        return self.card_form is not None and self.card_form.is_valid()

    @classmethod
    def takes_other_methods(cls) -> bool:
        return bool(settings.DEMO)

    def pay_remainder(self, attempt: PaymentAttempt, **kwargs: Any) -> RemainderPaid:
        assert self.card_form is not None  # can_pay_remainder() was asked before
        return demo_card.charge(attempt, self.card_form.cleaned_data["card"])

    def left_to_pay_message(self, validated: Validated) -> str:
        if settings.DEMO:
            return super().left_to_pay_message(validated)
        left = display(validated.left_to_pay, validated.payable.currency)
        return (
            _(
                "%s is left to pay, and this shop takes no other payment method. "
                "Add a gift card that covers it, or order less."
            )
            % left
        )


class _OnlyInADemo:
    """A page that is not there outside a demo."""

    def dispatch(self, request: http.HttpRequest, *args: Any, **kwargs: Any) -> http.HttpResponseBase:
        if not settings.DEMO:
            raise http.Http404
        response: http.HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # the view's
        return response


class DemoBankView(_OnlyInADemo, TemplateView):
    """Stands for the bank's own site, to which a shopper is sent to confirm a payment."""

    template_name = "oscar/checkout/demo_bank.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        attempt = get_object_or_404(PaymentAttempt, reference=self.kwargs["reference"])
        return super().get_context_data(attempt=attempt, **kwargs)


class DemoCardReturnView(_OnlyInADemo, PaymentReturnMixin, PaymentDetailsView):
    """Takes the shopper back from the bank."""

    def post(self, request: http.HttpRequest, *args: Any, **kwargs: Any) -> http.HttpResponse:
        confirmed = request.POST.get("confirmed") == "yes"
        return self.resume_payment(lambda attempt: demo_card.confirm(attempt, confirmed))

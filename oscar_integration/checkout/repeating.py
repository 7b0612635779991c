"""Shoppers who press the button twice, use two windows, go back, or never come back from another site."""

from __future__ import annotations

import secrets
from typing import Any

from django import http
from django.contrib import messages
from django.core import signing
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from oscar.apps.checkout.exceptions import PassedSkipCondition
from oscar.core.loading import get_model

from oscar_integration import attempts, conf
from oscar_integration.checkout.paying import wait_for_order
from oscar_integration.models import PaymentAttempt

_SALT = "oscar_integration.order-seen"
_SESSION_KEY = "accounts_previews"


class RepeatingMixin:
    """One order comes of a basket, the one that the shopper has seen, however often and from wherever it is sent."""

    request: Any
    checkout_session: Any
    preview: bool

    def check_skip_conditions(self, request: http.HttpRequest) -> None:
        """Before anything else: lead a repeated "place order" to its order, give back a basket that was left."""
        basket: Any = request.basket  # type: ignore[attr-defined]  # Oscar's middleware
        if basket.pk is None or not basket.all_lines():
            order = self.order_of_repetition()
            if order is not None:
                self.show_placed_order(order)  # type: ignore[attr-defined]  # PlacingMixin
                raise PassedSkipCondition(url=reverse("checkout:thank-you"))
            self.return_from_nowhere()
        else:
            self.leave_other_payment_alone()
        super().check_skip_conditions(request)  # type: ignore[misc]  # Oscar's CheckoutSessionMixin

    def order_of_repetition(self) -> Any:
        """Return the order that "place order" has placed already, None if this is no repetition."""
        if self.request.method != "POST" or self.request.POST.get("action") != "place_order":
            return None
        seen = read_token(self.request.POST.get("order_seen", ""))
        if seen is None or seen["user"] != str(self.request.user.pk) or not self.is_of_this_session(seen):
            return None
        return get_model("order", "Order")._default_manager.filter(basket=seen["basket"]).first()

    def return_from_nowhere(self) -> None:
        """Give the basket back to a shopper who left for another site to pay, and came back some other way."""
        pk = self.checkout_session.get_submitted_basket_id()
        if pk is None:
            return
        attempt = PaymentAttempt.objects.filter(basket=pk, state=PaymentAttempt.State.REDIRECTED).first()
        if attempt is not None:
            attempts.cancel(attempt, _("The shopper came back without paying"))
            messages.info(self.request, _("Your payment was not completed. Nothing was taken."))
        self.restore_frozen_basket()  # type: ignore[attr-defined]  # PlacingMixin

    def leave_other_payment_alone(self) -> None:
        """While another request pays for this basket, wait for its order; undo what was interrupted."""
        attempt = PaymentAttempt.objects.filter(basket=self.request.basket.pk, state__in=PaymentAttempt.OPEN).first()
        if attempt is None or attempts.cancel_if_abandoned(attempt):
            return
        placing = self.request.method == "POST" and self.request.POST.get("action") == "place_order"
        order = wait_for_order(attempt.order_number) if placing else None
        if order is not None:
            self.show_placed_order(order)  # type: ignore[attr-defined]  # PlacingMixin
            raise PassedSkipCondition(url=reverse("checkout:thank-you"))
        messages.info(self.request, attempts.IN_PROGRESS)
        raise PassedSkipCondition(url=reverse("basket:summary"))

    # --- What was seen is what is ordered ----------------------------------------------------------

    def accounts_context(self, basket: Any, order_total: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().accounts_context(basket, order_total)  # type: ignore[misc]  # AllocatingMixin
        context["order_seen"] = self.token_of(basket, order_total, context["account_allocations"])
        return context

    def token_of(self, basket: Any, order_total: Any, accounts: Any) -> str:
        """Return a signed note of what the preview shows: the basket, the total, and what each account pays."""
        return signing.dumps(self.note_of(basket, order_total, accounts), salt=_SALT)

    def note_of(self, basket: Any, order_total: Any, accounts: Any) -> dict[str, Any]:
        """Return what makes up an order, as plain values that JSON leaves as they are, and in whose session."""
        return {
            "session": self.session_mark(),
            "user": str(self.request.user.pk),
            "basket": basket.pk,
            "total": str(order_total.incl_tax if order_total.is_tax_known else order_total.excl_tax),
            "accounts": [[account.pk, str(amount)] for account, amount in accounts],
        }

    def session_mark(self) -> str:
        """Return what stands for this session in a note; unlike the session's own key, it is no secret."""
        mark = self.request.session.get(_SESSION_KEY)
        if mark is None:
            mark = self.request.session[_SESSION_KEY] = secrets.token_urlsafe(16)
        return str(mark)

    def is_of_this_session(self, seen: dict[str, Any]) -> bool:
        """Whether the preview was shown in this very session: nobody else is led to its order."""
        return constant_time_compare(seen.get("session", ""), self.session_mark())

    def handle_place_order_submission(self, request: http.HttpRequest) -> http.HttpResponse:
        """Place the order, if it is still the one that the shopper has seen; else show what has changed."""
        seen = read_token(request.POST.get("order_seen", ""))
        if seen != self.order_now():
            here = seen is not None and self.is_of_this_session(seen)
            changed, unseen = _("Your order has changed."), _("This page has expired.")
            messages.warning(request, f"{changed if here else unseen} {_('Please check it once more.')}")
            return redirect("checkout:preview")
        return super().handle_place_order_submission(request)  # type: ignore[misc]  # Oscar's view

    def order_now(self) -> Any:
        submission = self.build_submission()  # type: ignore[attr-defined]  # Oscar's CheckoutSessionMixin
        validated = self.validated_allocations()  # type: ignore[attr-defined]  # AllocatingMixin
        return self.note_of(submission["basket"], submission["order_total"], validated.accounts)


def read_token(token: str) -> dict[str, Any] | None:
    """Return what `RepeatingMixin.token_of` noted, None if *token* is missing, not ours or too old."""
    try:
        seen: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=conf.get("ACCOUNTS_PREVIEW_AGE"))
    except signing.BadSignature:
        return None
    return seen

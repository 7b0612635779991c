"""A payment provider that is not one: the example shop's card payments. No card exists, nobody is charged.

It behaves as providers do: it accepts, declines, fails without an answer, or sends the shopper to their bank first.
Outside a demo (``DEMO=1``) it takes nothing from nobody: goods and gift cards would be had for nothing.
"""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.payment.exceptions import GatewayError, RedirectRequired, UnableToTakePayment

from oscar_integration.attempts import RemainderPaid
from oscar_integration.models import PaymentAttempt

logger = logging.getLogger("oscar_integration")

METHOD = "Demo card"


class Card(models.TextChoices):
    """The cards of the demo, by what happens to them."""

    ACCEPTED = "accepted", gettext_lazy("•••• 4242: is accepted")
    CONFIRMED = "confirmed", gettext_lazy("•••• 3220: asks for confirmation at the bank (3-D Secure)")
    DECLINED = "declined", gettext_lazy("•••• 0002: is declined")
    FAILING = "failing", gettext_lazy("•••• 0119: the provider fails without an answer")


class DemoCardForm(forms.Form):
    """Stands for a card form: what happens is chosen instead of typed."""

    card = forms.ChoiceField(
        label=gettext_lazy("Demo card"),
        choices=Card.choices,
        initial=Card.ACCEPTED,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Please choose a card."),
            "invalid_choice": gettext_lazy("Please choose a card."),
        },
    )


def charge(attempt: PaymentAttempt, card: str) -> RemainderPaid:
    """Pretend to charge ``attempt.remainder`` to *card*.

    Raises:
        UnableToTakePayment: declined.
        RedirectRequired: the shopper has to confirm at the bank.
        GatewayError: no answer; it is unknown whether the card was charged.
    """
    if card == Card.DECLINED:
        raise UnableToTakePayment(_("Your card was declined. Please use another one; nothing was taken."))
    if card == Card.FAILING:
        raise GatewayError("The demo provider did not answer.")
    if card == Card.CONFIRMED:
        raise RedirectRequired(reverse("checkout:demo-bank", kwargs={"reference": attempt.reference}))
    return _paid(attempt, "4242")


def confirm(attempt: PaymentAttempt, confirmed: bool) -> RemainderPaid:
    """Pretend to complete a payment that the bank was asked about.

    Raises:
        UnableToTakePayment: the shopper, or the bank, refused.
    """
    if not confirmed:
        raise UnableToTakePayment(_("The payment was not confirmed. Nothing was taken."))
    return _paid(attempt, "3220")


def cancel(attempt: PaymentAttempt) -> None:
    """Pretend to void or refund what was charged under ``attempt.reference``, if anything was."""
    logger.info("Demo card: nothing is charged any more under %s", attempt.reference)


def refund(source: Any, amount: Decimal, reference: str) -> None:
    """Pretend to give *amount* of the payment *source* back; ``ACCOUNTS_REFUND_REMAINDER`` of the example shop."""
    logger.info("Demo card: %s given back of %s under %s", amount, source.reference, reference)


def _paid(attempt: PaymentAttempt, last_digits: str) -> RemainderPaid:
    if not settings.DEMO:
        raise ImproperlyConfigured("The demo card pays in a demo only: give the shop a payment method of its own.")
    return RemainderPaid(method=METHOD, reference=f"demo-{attempt.reference}", label=f"•••• {last_digits}")

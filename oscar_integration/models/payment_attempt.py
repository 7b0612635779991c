"""PaymentAttempt: one try to pay an order partly from accounts and partly by another method."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_ledger import codes
from accounts_ledger.money import DECIMAL_PLACES, MAX_DIGITS


class PaymentAttempt(models.Model):
    """Written before another system is asked for money, so that nothing is forgotten if the server stops meanwhile.

    Its accounts' part is held, not debited, until the order is placed. ``reference`` is what the other method is
    charged under: the idempotency key for a payment provider. At most one attempt a order is open at any time.
    """

    class State(models.TextChoices):
        STARTED = "started", _("Started")  # accounts held, the other method is being asked
        REDIRECTED = "redirected", _("Redirected")  # the shopper is at the other method's own pages
        CHARGED = "charged", _("Charged")  # the other method has paid, the order is being placed
        PLACED = "placed", _("Order placed")
        CANCELLING = "cancelling", _("Being cancelled")  # holds voided; the other method may have to give money back
        CANCELLED = "cancelled", _("Cancelled")

    OPEN: ClassVar = (State.STARTED, State.REDIRECTED, State.CHARGED)

    reference = models.CharField(_("reference"), max_length=64, unique=True, default=codes.reference)
    order_number = models.CharField(_("order number"), max_length=128, db_index=True)
    basket = models.ForeignKey(
        "basket.Basket",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="payment_attempts",
        verbose_name=_("basket"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    holds = models.ManyToManyField("accounts_ledger.Hold", related_name="+", blank=True, verbose_name=_("holds"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.STARTED)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(_("order total"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    remainder = models.DecimalField(
        _("remainder"),
        max_digits=MAX_DIGITS,
        decimal_places=DECIMAL_PLACES,
        help_text=_("What the other method is to pay."),
    )
    #: What the basket takes of offers while it is being paid: by the offer's id, how often and for how much.
    offers = models.JSONField(_("offers"), default=dict, blank=True, editable=False)
    method = models.CharField(_("other method"), max_length=128, blank=True, default="")
    method_reference = models.CharField(_("its reference"), max_length=128, blank=True, default="")
    method_label = models.CharField(_("its label"), max_length=128, blank=True, default="")
    reason = models.CharField(_("why it was cancelled"), max_length=256, blank=True, default="")
    expires_at = models.DateTimeField(_("expires"))
    date_created = models.DateTimeField(_("started"), default=timezone.now)
    date_changed = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order_number"],
                condition=Q(state__in=("started", "redirected", "charged")),
                name="payment_attempt_open_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["date_changed"],
                condition=Q(state__in=("started", "redirected", "charged", "cancelling")),
                name="payment_attempt_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

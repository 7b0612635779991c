"""GiftCardSale: one gift card that an order sells, from the order to the recipient's letter box."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts_ledger.money import DECIMAL_PLACES, MAX_DIGITS


class GiftCardSale(models.Model):
    """Written with the order. Once it is paid the card is issued, then mailed; what fails is repeated later.

    Also stands for a card that replaces one that has expired, which has to reach its owner just the same.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for payment")
        ISSUED = "issued", _("Issued, to be sent")
        SENT = "sent", _("Sent")
        #: Its card is closed or has expired, so its code is mailed to nobody.
        WITHHELD = "withheld", _("Not sent: the card cannot be used")
        CANCELLED = "cancelled", _("Cancelled")

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="gift_card_sales", verbose_name=_("order"))
    #: None for a replacement.
    line = models.ForeignKey(
        "order.Line", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("order line")
    )
    #: Which one of the line's quantity, from 1.
    number = models.PositiveIntegerField(_("number"), default=1)
    account = models.OneToOneField(
        "accounts_ledger.Account",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sale",
        verbose_name=_("card"),
    )
    value = models.DecimalField(_("value"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    currency = models.CharField(_("currency"), max_length=3)
    recipient_name = models.CharField(_("recipient"), max_length=128, blank=True, default="")
    recipient_email = models.EmailField(_("recipient's e-mail address"), max_length=254)
    sender_name = models.CharField(_("sender"), max_length=128, blank=True, default="")
    message = models.TextField(_("message"), blank=True, default="")
    deliver_on = models.DateField(_("delivery date"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    next_try = models.DateTimeField(_("next attempt to send"), default=timezone.now)
    failures = models.PositiveIntegerField(_("failed attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=256, blank=True, default="")
    date_sent = models.DateTimeField(_("sent on"), null=True, blank=True)
    date_created = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("gift card sold")
        verbose_name_plural = _("gift cards sold")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "number"], name="gift_card_sale_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "next_try"], name="gift_card_sale_due")]
        permissions: ClassVar = [
            ("can_resend", _("Can send gift cards again")),
            ("can_issue_unpaid", _("Can issue gift cards whose payment is not complete")),
        ]

    def __str__(self) -> str:
        return _t("Gift card %(number)d of order %(order)s") % {"number": self.number, "order": self.order.number}

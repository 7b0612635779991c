"""Hold: available value that is reserved without moving money."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_ledger import codes
from accounts_ledger.money import DECIMAL_PLACES, MAX_DIGITS, is_amount


class Hold(models.Model):
    """A promise that ``amount`` of an account stays available for one purpose until ``expires_at``.

    Open holds reduce what is available; a hold ends by being captured (``transfers`` has the one that did; what it left
    is released), voided, or expired.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CAPTURED = "captured", _("Captured")
        VOIDED = "voided", _("Voided")
        EXPIRED = "expired", _("Expired")

    reference = models.CharField(_("reference"), max_length=64, default=codes.reference)
    account = models.ForeignKey(
        "accounts_ledger.Account", models.PROTECT, related_name="holds", verbose_name=_("account")
    )
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.OPEN)
    merchant_reference = models.CharField(_("merchant reference"), max_length=128, null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    username = models.CharField(_("authorised by"), max_length=150, blank=True, default="")
    idempotency_key = models.CharField(_("idempotency key"), max_length=128, null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"))
    date_created = models.DateTimeField(_("created"), default=timezone.now)
    date_ended = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference"], name="hold_reference_unique"),
            models.UniqueConstraint(
                fields=["idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="hold_idempotency_key_unique",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="hold_amount_positive"),
            models.CheckConstraint(condition=is_amount("amount"), name="hold_amount_is_amount"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(status="open"), name="hold_open_expires"),
        ]
        permissions: ClassVar = [("can_void", _("Can void holds"))]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

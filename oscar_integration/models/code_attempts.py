"""CodeAttempts: how many codes were tried in vain by one address, network, session or user lately."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CodeAttempts(models.Model):
    """A counter over a sliding hour, and whether its subject has to wait. Kept for a day, then deleted.

    Written by `oscar_integration.guessing` only, which locks the row first.
    """

    class Scope(models.TextChoices):
        ADDRESS = "address", _("Address")
        NETWORK = "network", _("Network")  # of IPv6: one customer of a provider can have thousands of addresses
        SESSION = "session", _("Session")
        USER = "user", _("User")
        EVERYWHERE = "everywhere", _("Whole shop")  # only counted, for the alarm and the brake; never blocked

    scope = models.CharField(_("kind"), max_length=16, choices=Scope.choices)
    #: The network address, the hash of a session's key (the key itself would let one in), or the user's number.
    subject = models.CharField(_("who"), max_length=64)
    failures = models.PositiveIntegerField(_("failed attempts"), default=0)
    window_started = models.DateTimeField(_("counted since"), default=timezone.now)
    blocked_until = models.DateTimeField(_("blocked until"), null=True, blank=True)
    blocks = models.PositiveIntegerField(
        _("times blocked"), default=0, help_text=_("Each block lasts twice as long as the one before.")
    )
    date_changed = models.DateTimeField(_("last attempt"), default=timezone.now)

    class Meta:
        verbose_name = _("blocked shopper")
        verbose_name_plural = _("blocked shoppers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "subject"], name="code_attempts_subject_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["date_changed"], name="code_attempts_date_changed")]
        permissions: ClassVar = [("can_unblock", _("Can unblock whoever tried too many codes"))]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} {self.subject}".strip()

    @property
    def is_blocked(self) -> bool:
        return self.blocked_until is not None and self.blocked_until > timezone.now()

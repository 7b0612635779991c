"""Models of the back office: failed logins, rate limits, erasures and queued e-mails."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from axes.models import AccessAttempt
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_ledger import code_keys


class FailedLogin(AccessAttempt):
    """Failed logins for a name from an address: a row of django-axes, under the name that the menu uses."""

    class Meta:
        proxy = True
        verbose_name = _("failed login")
        verbose_name_plural = _("failed logins")
        default_permissions: ClassVar = ("view", "delete")


class Allowance(models.Model):
    """Requests of one kind by one subject (kept as a hash) in the current window. Written by ``door_limits`` only."""

    digest = models.CharField(max_length=64, unique=True)
    used = models.PositiveIntegerField(default=0)
    window_ends = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return f"{self.digest[:8]}… {self.used}"


class Erasure(models.Model):
    """The record that a person's data was removed: what, why and by whom. It names the person by number only."""

    subject = models.CharField(_("who"), max_length=64)
    reason = models.CharField(_("reason"), max_length=256)
    removed = models.JSONField(_("removed"), default=dict)
    kept = models.JSONField(_("kept"), default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user")
    )
    username = models.CharField(_("erased by"), max_length=150, blank=True, default="")
    date_created = models.DateTimeField(_("date"), default=timezone.now)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering: ClassVar = ["-pk"]
        default_permissions: ClassVar = ("view",)
        permissions: ClassVar = [("can_erase", _("Can erase people’s data"))]

    def __str__(self) -> str:
        return self.subject


class QueuedMailQuerySet(models.QuerySet["QueuedMail"]):
    def due(self) -> QueuedMailQuerySet:
        """Return those that are to be sent now."""
        return self.filter(state=QueuedMail.State.WAITING, next_try__lte=timezone.now())


class QueuedMail(models.Model):
    """An e-mail that the worker sends. What is in it, perhaps a secret link, is deleted once it is sent or given up."""

    LONGEST_SUBJECT = 255

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")

    recipients = models.TextField(_("to"))
    subject = models.CharField(_("subject"), max_length=LONGEST_SUBJECT)
    #: What `backoffice.mail.content.pack` made of it, sealed like the codes that may be in it; None once it is not
    #: needed any more.
    sealed = models.BinaryField(_("content"), null=True, editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    failures = models.PositiveIntegerField(_("failed attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=256, blank=True, default="")
    date_created = models.DateTimeField(_("written"), default=timezone.now)
    next_try = models.DateTimeField(_("next attempt to send"), default=timezone.now)
    date_done = models.DateTimeField(_("sent or given up"), null=True, blank=True)

    objects = QueuedMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        default_permissions: ClassVar = ("view",)
        permissions: ClassVar = [("can_retry_mail", _("Can have e-mails tried again"))]
        indexes: ClassVar = [
            models.Index(fields=["state", "next_try"], name="queued_mail_due"),
            models.Index(fields=["date_done"], name="queued_mail_done"),
        ]

    def __str__(self) -> str:
        return self.subject

    @staticmethod
    def seal(content: dict[str, Any]) -> bytes:
        """Return *content*, what `backoffice.mail.content.pack` made of a mail, as it is kept."""
        return code_keys.keyring()[0].seal(json.dumps(content))

    def content(self) -> dict[str, Any] | None:
        """Return what is in the mail, None once that is forgotten.

        Raises:
            UnknownCodeKey: it was sealed with a key that the site does not have any more.
        """
        if self.sealed is None:
            return None
        opened: dict[str, Any] = json.loads(code_keys.unseal(bytes(self.sealed)))
        return opened

"""What other packages keep, by the names that the back office has for it, and what was asked for at its doors."""

from __future__ import annotations

from typing import ClassVar

from axes.models import AccessAttempt
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class FailedLogin(AccessAttempt):
    """How often logging in failed for a name, from an address: a row of django-axes, by the name that the menu has."""

    class Meta:
        proxy = True
        verbose_name = _("failed login")
        verbose_name_plural = _("failed logins")
        default_permissions: ClassVar = ("view", "delete")


class Allowance(models.Model):
    """How often something was asked for lately by somebody, who is kept as a hash. Written by ``door_limits`` only."""

    digest = models.CharField(max_length=64, unique=True)
    used = models.PositiveIntegerField(default=0)
    window_ends = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return f"{self.digest[:8]}… {self.used}"


class Erasure(models.Model):
    """That a person's data was removed: what, why and by whom. It names the person by number only."""

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

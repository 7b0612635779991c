"""What other packages keep, by the names that the back office has for it, and what was asked for at its doors."""

from __future__ import annotations

from typing import ClassVar

from axes.models import AccessAttempt
from django.db import models
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

"""What other packages keep, by the names that the back office has for it."""

from __future__ import annotations

from typing import ClassVar

from axes.models import AccessAttempt
from django.utils.translation import gettext_lazy as _


class FailedLogin(AccessAttempt):
    """How often logging in failed for a name, from an address: a row of django-axes, by the name that the menu has."""

    class Meta:
        proxy = True
        verbose_name = _("failed login")
        verbose_name_plural = _("failed logins")
        default_permissions: ClassVar = ("view", "delete")

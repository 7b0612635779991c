"""Limits of login attempts: django-axes counts failed logins, wherever somebody can log in.

Three subjects have a limit each (LOGIN_FAILURE_LIMITS in the settings). One address may fail a few times for the same
name, and somewhat more often for different names; and a name has a limit of its own, for whoever tries from many
addresses. It is far higher, because an attacker who could block a name by a few failures would lock its owner out.

An address is what it is for the limits on codes: behind proxies, what the trusted ones say.
"""

from __future__ import annotations

import math
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from oscar_integration.guessing.address import address_of

TOO_MANY_REQUESTS = 429

_LONGEST_NAME = 255


class LoginLimits(AxesDatabaseHandler):
    """django-axes' counting: a limit for each subject, and a login forgets the failures of its own name only."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return how much of its limit the subject that is closest to it has used up, as if all had the first limit."""
        attempts = self.get_user_attempts(request, credentials)
        limits = settings.LOGIN_FAILURE_LIMITS
        return max(_failures(failed) * limits[0] // limit for failed, limit in zip(attempts, limits, strict=True))

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        super().user_logged_in(sender, request, user, **kwargs)
        names = {normalised(name) for name in (user.get_username(), user.email) if name}
        AccessAttempt.objects.filter(username__in=names, ip_address=request.axes_ip_address).delete()


class LoginLimitsBackend(AxesStandaloneBackend):
    """Refuses who has to wait, before any password is looked at.

    Without a request there is nobody to count for: Oscar logs people in so who have just registered.
    """

    def authenticate(self, request: HttpRequest | None, *args: Any, **kwargs: Any) -> None:
        if request is not None:
            super().authenticate(request, *args, **kwargs)


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """Return the name that was typed, or the e-mail address: the same one however it is written."""
    name = (credentials or {}).get("username")
    return normalised(name) if name else None


def normalised(name: str) -> str:
    return name.replace("\x00", "").strip().casefold()[:_LONGEST_NAME]


def ip_address_of(request: HttpRequest) -> str | None:
    """Return the address of *request*, of an IPv6 network the first one; None for a socket on this machine."""
    address = address_of(request).partition("/")[0]
    return address if set(address) & set(".:") else None


def refuse(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """Say that one has to wait, in the look of the page that one tried to log in at."""
    wait = settings.AXES_COOLOFF_TIME.total_seconds()
    context: dict[str, Any] = {"minutes": math.ceil(wait / 60), "login_url": request.get_full_path()}
    template = "oscar/customer/login_refused.html"
    if request.path.startswith(reverse("admin:index")):
        template, context = "admin/login_refused.html", context | admin.site.each_context(request)
    refusal = render(request, template, context, status=TOO_MANY_REQUESTS)
    refusal.headers["Retry-After"] = str(int(wait))
    return refusal


def _failures(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0

"""Limits of what anybody may ask for at the shop's doors: mails, new profiles, and guesses at one's old password.

A door is the address of a view. What is asked for too often is refused before the view runs, so a shop may have any
view there. Logins are limited by `login_limits`, codes by `oscar_integration.guessing`.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backoffice.models import Allowance
from backoffice.security import login_limits
from oscar_integration.guessing.address import address_of, wider_networks

#: The doors at which one's own password is asked for again, and the field that it is typed into.
_OLD_PASSWORDS = {
    "customer:change-password": "old_password",
    "customer:profile-delete": "password",
    "customer:profile-update": "password",
    "admin:password_change": "old_password",
}
#: Allowances that say nothing any more are deleted once in so many new ones.
_PRUNED_EVERY = 50


@dataclass(frozen=True)
class Limit:
    """So many times within a window, by each subject."""

    most: int
    window: datetime.timedelta

    def allows(self, door: str, subject: str) -> bool:
        """Count once more for *subject* at *door*; return whether that is within the limit."""
        now = timezone.now()
        digest = hashlib.sha256(f"{door}:{subject}".encode()).hexdigest()
        with transaction.atomic():
            Allowance.objects.get_or_create(digest=digest, defaults={"window_ends": now + self.window})
            allowance = Allowance.objects.select_for_update().get(digest=digest)
            if allowance.window_ends <= now:
                allowance.used, allowance.window_ends = 0, now + self.window
            allowance.used += 1
            allowance.save(update_fields=["used", "window_ends"])
        if allowance.pk % _PRUNED_EVERY == 0:
            Allowance.objects.filter(window_ends__lte=now).delete()
        return allowance.used <= self.most


_HOUR = datetime.timedelta(hours=1)
#: A person's mailbox; an address, behind which an office may be; the networks around one of IPv6.
_MAILS_TO_ONE, _BY_ADDRESS, _BY_NETWORK = Limit(3, _HOUR), Limit(20, _HOUR), Limit(60, _HOUR)


class DoorLimitsMiddleware:
    """Refuses at the doors who has asked too often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        if request.method != "POST":
            return None
        for name, field in _OLD_PASSWORDS.items():
            if request.path == reverse(name):
                return _checked_password(request, request.POST.get(field, ""))
        if request.path == reverse("password-reset"):
            return _password_reset(request)
        return None if not _is_registration(request) or _is_address_allowed(request, "register") else _too_many(request)


def _is_registration(request: HttpRequest) -> bool:
    is_login_page = request.path == reverse("customer:login")
    return request.path == reverse("customer:register") or (is_login_page and "registration_submit" in request.POST)


def _password_reset(request: HttpRequest) -> HttpResponse | None:
    if not _is_address_allowed(request, "reset"):
        return _too_many(request)
    mailbox = login_limits.normalised(request.POST.get("email", ""))
    if _MAILS_TO_ONE.allows("reset", mailbox):
        return None
    # As if it had been sent: whether there is such a customer is nobody's business, and they have the mails already.
    return redirect("password-reset-done")


def _is_address_allowed(request: HttpRequest, door: str) -> bool:
    address = address_of(request)
    within = [_BY_NETWORK.allows(door, network) for network in wider_networks(address)]
    return all([_BY_ADDRESS.allows(door, address), *within])


def _checked_password(request: HttpRequest, typed: str) -> HttpResponse | None:
    """Have a wrong password count as a failed login of the same name and address, and wait as one does."""
    user: Any = request.user
    if not user.is_authenticated or not typed:
        return None
    authenticate(request, username=user.get_username(), password=typed)
    return login_limits.refuse(request) if getattr(request, "axes_locked_out", False) else None


def _too_many(request: HttpRequest) -> HttpResponse:
    status = login_limits.TOO_MANY_REQUESTS
    response = render(request, "oscar/customer/too_many.html", {"back": request.path}, status=status)
    response.headers["Retry-After"] = str(int(_HOUR.total_seconds()))
    return response

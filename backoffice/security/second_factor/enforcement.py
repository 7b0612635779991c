"""Two-step login is enforced for the roles that STAFF_SECOND_FACTOR_REQUIRED names, and for who has set it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from backoffice.roles import ROLES
from backoffice.security.login_pages import send_to
from backoffice.security.second_factor import devices

EVERYBODY = "all"
#: What one reaches without the second step: a way out.
_ALWAYS = ("admin:logout", "customer:logout", "set_language")


def is_required_of(user: Any) -> bool:
    """Return whether *user*, a member of staff, has to log in in two steps. Superusers must once any role must."""
    named = settings.STAFF_SECOND_FACTOR_REQUIRED
    if not named:
        return False
    return EVERYBODY in named or user.is_superuser or user.groups.filter(name__in=named).exists()


def check_roles(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with a role that there is not: a misspelled one would be required of nobody."""
    return [
        Error(
            f"STAFF_SECOND_FACTOR_REQUIRED names {name!r}, which is no role.",
            hint=f"Give {EVERYBODY}, or some of: {', '.join(ROLES)}.",
            id="backoffice.E005",
        )
        for name in settings.STAFF_SECOND_FACTOR_REQUIRED
        if name != EVERYBODY and name not in ROLES
    ]


def check_anybody(**kwargs: Any) -> list[CheckMessage]:
    """Warn of an installation where a password alone lets everybody in; one of `check --deploy`'s."""
    if settings.STAFF_SECOND_FACTOR_REQUIRED:
        return []
    return [
        Warning(
            "No role has to log in in two steps: whoever learns the password of a member of staff moves money.",
            hint=f"Set STAFF_SECOND_FACTOR_REQUIRED to {EVERYBODY}, or to some of: {', '.join(ROLES)}.",
            id="backoffice.W003",
        )
    ]


class SecondFactorMiddleware:
    """Sends staff to the page that asks for their code, or has them set it up if they must; shoppers notice nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = _step(request)
        if name is None or request.path in {reverse(name), *map(reverse, _ALWAYS)}:
            return self.get_response(request)
        address = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return send_to(request, f"{reverse(name)}?{urlencode({'next': address})}")


def _step(request: HttpRequest) -> str | None:
    """Return the page of the step that has still to be made."""
    user = request.user
    if not (user.is_authenticated and user.is_staff) or user.is_verified():  # type: ignore[attr-defined]  # django-otp's
        return None
    if devices.has_factor(user):
        return "second_factor:verify"
    return "second_factor:set_up" if is_required_of(user) else None

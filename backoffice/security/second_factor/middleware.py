"""Keeps staff out of everything until they have made the second step."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from backoffice.security.login_pages import send_to
from backoffice.security.second_factor import devices
from backoffice.security.second_factor.requirement import is_required_of

#: What one reaches without the second step: a way out.
_ALWAYS = ("admin:logout", "customer:logout", "set_language")


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

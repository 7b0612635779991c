"""Sessions of staff end: after a while without a click, after a working day, and when what one may do has changed.

Shoppers keep theirs for as long as SESSION_COOKIE_AGE says; a basket is no secret.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.security.login_pages import send_to

_SINCE, _SEEN, _MAY = "staff_since", "staff_seen", "staff_may"
#: The last click is written down once in so many seconds, not at every request.
_SEEN_EVERY = 60


class StaffSessionMiddleware:
    """Has staff log in again when their session is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (request.user.is_authenticated and request.user.is_staff):
            return self.get_response(request)
        now, may = int(time.time()), _fingerprint(request.user)
        reason = _over(request.session, now, may)
        if reason is None:
            _remember(request.session, now, may)
            return self.get_response(request)
        logout(request)
        messages.warning(request, reason)
        address = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return send_to(request, redirect_to_login(address, reverse("admin:login")).url)


def _over(session: Any, now: int, may: str) -> str | None:
    """Return why *session* is over."""
    if now - session.get(_SINCE, now) > settings.STAFF_SESSION_AGE:
        return _("Your session has expired. Please log in again.")
    if now - session.get(_SEEN, now) > settings.STAFF_IDLE_AGE:
        return _("You were logged out because you were inactive for a while. Please log in again.")
    if session.get(_MAY, may) != may:
        return _("Your permissions have changed. Please log in again.")
    return None


def _remember(session: Any, now: int, may: str) -> None:
    if _SINCE not in session:
        session[_SINCE], session[_MAY] = now, may
    if now - session.get(_SEEN, 0) >= _SEEN_EVERY:
        session[_SEEN] = now


def _fingerprint(user: Any) -> str:
    """Return what tells one set of permissions from another. Django keeps them with the user, for this request."""
    may = "everything" if user.is_superuser else " ".join(sorted(user.get_all_permissions()))
    return hashlib.sha256(may.encode()).hexdigest()

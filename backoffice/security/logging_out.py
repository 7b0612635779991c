"""Leaving the shop by a click of one's own: Oscar's page logs out whoever is made to load its address.

A picture in a description, or a link on another site, could so log out everybody who looks.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from oscar.core.loading import get_class

OscarLogoutView: Any = get_class("customer.views", "LogoutView")

#: What browsers say of a link of the site's own that somebody has followed. Pictures and other sites have it otherwise.
_CLICKED_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


class LogoutView(OscarLogoutView):
    """Logs out by a form, or by a link that was followed on the site; asks otherwise."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(self.url)
        if any(request.headers.get(name) != value for name, value in _CLICKED_HERE.items()):
            return render(request, "oscar/customer/logout.html", {"address": reverse("customer:logout")})
        return self._log_out(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self._log_out(request, *args, **kwargs)

    def _log_out(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return response

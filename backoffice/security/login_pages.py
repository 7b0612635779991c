"""Logging in to the back office, and out of the shop; and how a browser is sent there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from oscar.core.loading import get_class

from backoffice import error_pages

OscarLogoutView: Any = get_class("customer.views", "LogoutView")

#: What browsers say of a link of the site's own that somebody has followed. Pictures and other sites have it otherwise.
_CLICKED_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
#: In the address: the form is wanted all the same, to log in as somebody else.
_OTHER = "as-somebody-else"


def send_to(request: HttpRequest, address: str) -> HttpResponse:
    """Return a redirect to *address* for the whole page, not for the part of it that htmx wants to replace."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Answer with Django's login page; a shopper who is logged in is told so instead of being asked to log in."""
    is_shopper = request.user.is_authenticated and not admin.site.has_permission(request)
    if request.method == "GET" and is_shopper and _OTHER not in request.GET:
        wanted = request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index"))
        other = f"{request.path}?{urlencode({_OTHER: 1, REDIRECT_FIELD_NAME: wanted})}"
        return error_pages.no_back_office(request, other)
    response: HttpResponse = admin.site.login(request)
    return response


class LogoutView(OscarLogoutView):
    """Logs out by a form, or by a link that was followed on the site; asks otherwise.

    Oscar's page logs out whoever is made to load its address. A picture in a description, or a link on another site,
    could so log out everybody who looks.
    """

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

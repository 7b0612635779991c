"""The login of the back office: a shopper who is logged in is told so, instead of being asked to log in again."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from backoffice import error_pages

#: In the address: the form is wanted all the same, to log in as somebody else.
_OTHER = "as-somebody-else"


@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Answer with Django's login page, unless somebody is logged in already who has no access."""
    is_shopper = request.user.is_authenticated and not admin.site.has_permission(request)
    if request.method == "GET" and is_shopper and _OTHER not in request.GET:
        wanted = request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index"))
        other = f"{request.path}?{urlencode({_OTHER: 1, REDIRECT_FIELD_NAME: wanted})}"
        return error_pages.no_back_office(request, other)
    response: HttpResponse = admin.site.login(request)
    return response

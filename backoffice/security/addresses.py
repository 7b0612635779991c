"""Addresses that no database can look up: PostgreSQL refuses a text with a zero character, so nothing is called so."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse


class AddressMiddleware:
    """Answers an address with a zero character in it as one that is not found, and leaves it out of queries."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        while "%00" in request.META.get("QUERY_STRING", ""):  # again: leaving one out may leave another one
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace("%00", "")
        return self.get_response(request)

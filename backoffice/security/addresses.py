"""Addresses that no database can look up: PostgreSQL refuses a text with a zero character, so nothing is called so."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse


class AddressMiddleware:
    """Answers what only the database finds to be impossible in an address by a refusal, instead of by an error.

    A page that looks at its query itself says better what is wrong. But the lists of Django's admin hand on whatever
    the address asks them to filter by.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Refuse a query that the database could not make sense of: a zero character, or a number beyond all bounds."""
        if isinstance(exception, (DataError, OverflowError)) and _is_asked_for(request):
            raise BadRequest("The database refused what this address asks for.") from exception


def _is_asked_for(request: HttpRequest) -> bool:
    """Whether the query is all that the page was given, or has what no database takes."""
    query = request.META.get("QUERY_STRING", "")
    return (request.method in ("GET", "HEAD") and bool(query)) or "%00" in query

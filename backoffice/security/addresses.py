"""Addresses that no database can look up: PostgreSQL refuses a text with a zero character, so nothing is called so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import InvalidPage
from django.db import DatabaseError, DataError
from django.http import Http404, HttpRequest, HttpResponse

from accounts_ledger.admin.shared.guarded_list import LONGEST_SEARCH

#: What no database or page takes: a zero character, a number beyond all bounds, pages of -20 lines each.
_IMPOSSIBLE = (DataError, OverflowError, InvalidPage, RecursionError)
#: How Django, SQLite and PostgreSQL say so where the error could as well be one of ours.
_SAID = re.compile(
    "Negative indexing is not supported|expected a number but got|invalid literal for int|Exceeds the limit"
    "|datatype mismatch|pattern too complex|Expression tree is too large|too many SQL variables|stack depth limit"
)
#: What the dashboard's pages ask with of their own: the ids of what is chosen already.
_LISTS = {"initial"}


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

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        """Cut what Oscar's dashboard is asked to search for: it looks everything up that it is given."""
        match = request.resolver_match
        if match is not None and match.namespaces[:1] == ["dashboard"]:
            cut_terms(request, set(request.GET) - _LISTS, LONGEST_SEARCH)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Refuse a query that nothing could make sense of."""
        said = isinstance(exception, (ValueError, DatabaseError)) and _SAID.search(str(exception))
        if (said or isinstance(exception, _IMPOSSIBLE)) and _is_asked_for(request):
            raise BadRequest("The database refused what this address asks for.") from exception


def _is_asked_for(request: HttpRequest) -> bool:
    """Return whether the query is all that the page was given, or has what no database takes."""
    query = request.META.get("QUERY_STRING", "")
    return (request.method in ("GET", "HEAD") and bool(query)) or "%00" in query


def cut_terms(request: HttpRequest, names: Iterable[str], longest: int) -> None:
    """Cut what *request* asks to search for to *longest* characters, before anything looks for it, or records it."""
    cut = request.GET.copy()
    for name in set(names) & set(cut):
        cut.setlist(name, [str(term).replace("\x00", "")[:longest] for term in cut.getlist(name)])
    request.GET = cut  # type: ignore[assignment]  # where forms and pages look

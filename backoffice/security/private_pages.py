"""Pages that show orders, cards and balances are kept by no browser and no proxy.

They are those of people who are logged in, and a guest's checkout.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

#: Outside the checkout: the order that a guest is mailed a link to.
_GUESTS_PAGES = ("customer:anon-order",)


class PrivatePagesMiddleware:
    """Forbids to keep such an answer, unless its view has said how long it may be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response and (request.user.is_authenticated or _is_a_guests(request)):
            add_never_cache_headers(response)
        return response


def _is_a_guests(request: HttpRequest) -> bool:
    """Return whether the page is one on which guests find their address, cards and order."""
    found = request.resolver_match
    return found is not None and ("checkout" in found.namespaces or found.view_name in _GUESTS_PAGES)

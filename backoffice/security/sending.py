"""Sending a browser to another page, also when it is htmx that asked."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect


def send_to(request: HttpRequest, address: str) -> HttpResponse:
    """Return a redirect to *address* for the whole page, not for the part of it that htmx wants to replace."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)

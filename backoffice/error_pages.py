"""The pages in place of those that cannot be shown. They ask the database nothing, which may be what has failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def _page(
    status: int, title: Any, *, for_visitors: Any, for_staff: Any, reasons: Sequence[str] = ()
) -> Callable[..., HttpResponse]:
    """Return a view that says what happened, and leads back to the part of the site that the address belongs to."""

    def view(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
        in_admin = _is_in_admin(request)
        return _shown(status, title, for_staff if in_admin else for_visitors, in_admin=in_admin, reasons=reasons)

    return view


def _is_in_admin(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


def _shown(status: int, title: Any, text: Any, *, in_admin: bool, **more: Any) -> HttpResponse:
    context = {
        "title": title,
        "text": text,
        "site": settings.UNFOLD["SITE_TITLE"] if in_admin else settings.OSCAR_SHOP_NAME,
        "back": _("Back to the dashboard") if in_admin else _("Back to the shop"),
        "back_url": reverse("admin:index") if in_admin else settings.OSCAR_HOMEPAGE,
        **more,
    }
    return HttpResponse(render_to_string("error.html", context), status=status)


bad_request = _page(
    400,
    _("This request is not valid"),
    for_visitors=_("The address, or something in what was sent, is not valid. Nothing was changed."),
    for_staff=_(
        "The address, or something in what was sent, is not valid. Nothing was changed. Open the page"
        " again, and use its search and filters."
    ),
)
_NOT_ALLOWED = _("Not allowed")
_not_for_visitors = _page(
    403,
    _NOT_ALLOWED,
    for_visitors=_("You don't have access to this page. If you have an account, log in with it first."),
    for_staff=_("You don't have access to this page. If you have an account, log in with it first."),
)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the page is not for whoever is logged in, and who that is: nobody is asked to log in once more."""
    name = _name_of(request)
    if not name:
        return _not_for_visitors(request, exception)
    if not _is_in_admin(request):
        refusal = _("You are logged in as %s, and don't have access to this page.") % name
        return _shown(403, _NOT_ALLOWED, refusal, in_admin=False)
    text = _("You are logged in as %s. Your role does not include this. Ask a system administrator for access.")
    return _shown(403, _NOT_ALLOWED, text % name, in_admin=True)


def no_back_office(request: HttpRequest, other_login: str) -> HttpResponse:
    """Say to somebody who is logged in, but no member of staff, that the back office is not for them.

    Args:
        other_login: where to log in as somebody else.
    """
    text = _("You are logged in as %s, and don't have access to the back office.") % _name_of(request)
    back = {"back": _("Back to the shop"), "back_url": settings.OSCAR_HOMEPAGE}
    other = {"other": _("Log in as someone else"), "other_url": other_login}
    return _shown(403, _NOT_ALLOWED, text, in_admin=True, **back, **other)


def _name_of(request: HttpRequest) -> str:
    """Return what whoever is logged in calls themselves, or nothing. They were looked up before the page failed."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return user.email or user.get_username()


not_found = _page(
    404,
    _("Page not found"),
    for_visitors=_("This page does not exist. The address may be mistyped, or the page may have been removed."),
    for_staff=_(
        "This page does not exist. The address may be mistyped, or the page may have been removed. "
        "Use the dashboard's search to find accounts and transfers."
    ),
)
server_error = _page(
    500,
    _("Something went wrong"),
    for_visitors=_("The fault is ours, and has been recorded. Please try again in a moment."),
    for_staff=_(
        "This is a fault of the system, and has been recorded. Before you repeat a movement of money,"
        " check the account's statement: it may already have been made."
    ),
)
csrf_failure = _page(
    403,
    _("Please try again"),
    for_visitors=_(
        "For your security nothing was done: the form was too old, or your browser does not accept "
        "cookies. Go back, reload the page, and submit it again."
    ),
    for_staff=_(
        "For security nothing was done: the form was too old, or you have logged in again since. Go "
        "back, reload the page, and submit it again."
    ),
)


def still_needed(request: HttpRequest, reasons: list[str]) -> HttpResponse:
    """Say that something cannot be deleted, and what depends on it."""
    text = _(
        "It was not deleted, because the books, an order or a payment refers to it. If it is no "
        "longer to be used, make it inactive or hide it from the shop instead. What depends on it:"
    )
    page = _page(409, _("This cannot be deleted"), for_visitors=text, for_staff=text, reasons=reasons)
    return page(request)

"""The nonce of the page that is being made: which scripts on it are the site's own, and may run.

It goes into every ``<script`` that stands in a template's file (`template_loaders`), and into what forms bring along;
never into what variables bring, and never into templates that are kept in the database. So a page cannot forget it, and
a text cannot have it.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django import template
from django.forms import Media
from django.http import HttpRequest
from django.template.base import UNKNOWN_SOURCE, Node, Parser, Token
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

#: The request that is being answered. Widgets and components are rendered without it.
_request: ContextVar[HttpRequest | None] = ContextVar("request_of_the_nonce", default=None)


def answer(request: HttpRequest | None) -> None:
    """Say which request is being answered, None for none."""
    _request.set(request)


def answered() -> HttpRequest | None:
    """Return the request that is being answered; also where Django hands none on."""
    return _request.get()


def nonce() -> str:
    """Return the nonce of the page that is being made, "" for what is no page, such as a mail."""
    request = _request.get()
    return str(request.csp_nonce) if request is not None else ""  # type: ignore[attr-defined]  # django-csp sets it


class NonceNode(Node):
    def render(self, context: Any) -> SafeString:
        return mark_safe(nonce())  # noqa: S308  (base64)


@register.tag
def csp_nonce(parser: Parser, token: Token) -> NonceNode:
    """Write the page's nonce; in files of templates only.

    Raises:
        TemplateSyntaxError: the template is a text that somebody typed.
    """
    if parser.origin is None or parser.origin.name == UNKNOWN_SOURCE:
        raise template.TemplateSyntaxError("csp_nonce is for templates in files.")
    return NonceNode()


def give_to_forms() -> None:
    """Have the scripts of forms and widgets carry the nonce: Django writes their tags itself."""
    without = Media.render_js

    def render_js(media: Media, **kwargs: Any) -> list[SafeString]:
        own = nonce()
        return [_with_nonce(tag, own) for tag in without(media, **kwargs)]

    Media.render_js = render_js  # type: ignore[method-assign, assignment]  # Django has no hook for it


def _with_nonce(tag: str, own: str) -> SafeString:
    with_nonce = str(tag).replace("<script ", f'<script nonce="{own}" ', 1) if own else tag
    return mark_safe(with_nonce)  # noqa: S308  (Django has escaped the path in it, and made one tag)

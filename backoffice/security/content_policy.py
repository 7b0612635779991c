"""Content-Security-Policy: what a page may load and run. Three parts of the site, each with what it needs and no more.

- The shop runs scripts from its own files, the one inline block of its pages, which carries a nonce, and the few event
  handlers that Oscar has in its markup, each named by its hash.
- Oscar's dashboard has event handlers in its markup and an editor that writes styles: it may have both.
- The admin's Alpine.js evaluates expressions in attributes, which browsers call eval. No inline script runs there.

So text that somebody smuggled into a page past the templates' escaping is shown, and not run.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_HASHES, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

#: A header of its own, which turns off what no page of ours uses.
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

#: The event handlers in the markup of Oscar's shop pages: basket, cancel, print, and back from an error.
_OSCARS_HANDLERS = (
    "window.location.href='/basket/';",
    "window.history.go(-1);return false",
    "history.go(-1);return false",
    "javascript:history.go(-1);",
    "window.print()",
)


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def directives(form_actions: list[str]) -> dict[str, Any]:
    """Return the shop's policy. *form_actions*: sites that forms may lead to, such as a bank's payment page."""
    return {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "script-src-attr": [UNSAFE_HASHES, *map(_hash, _OSCARS_HANDLERS)],
        "style-src-elem": [SELF],
        "style-src-attr": [UNSAFE_INLINE],  # Oscar hides forms by an attribute until they are opened
        "img-src": [SELF, "data:"],  # icons in Bootstrap's style sheet
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *form_actions],
        "frame-ancestors": [NONE],
    }


_ADMIN = {
    "script-src": [SELF, UNSAFE_EVAL],
    "script-src-attr": [NONE],
    "style-src-elem": [SELF, UNSAFE_INLINE],  # Unfold's colours, htmx's indicators
    "form-action": [SELF],
}
_DASHBOARD = {
    "script-src": [SELF, NONCE],
    "script-src-attr": [UNSAFE_INLINE],
    "style-src-elem": [SELF, UNSAFE_INLINE],
    "form-action": [SELF],
}


class ContentPolicyMiddleware(CSPMiddleware):
    """Sends the policy of the part of the site that a page belongs to."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        parts.replace = {**_replaced(request.path), **(parts.replace or {})}
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return super().process_response(request, response)


def _replaced(path: str) -> dict[str, Any]:
    if path.startswith(reverse("admin:index")):
        return _ADMIN
    if path.startswith(reverse("dashboard:index")):
        return _DASHBOARD
    return {}

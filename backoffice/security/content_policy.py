"""Content-Security-Policy: what a page may load and run.

A script runs if it has the nonce of its page, which the site's own have (`nonces`), or was loaded by one that has. That
a file is the site's own is not enough: its libraries (htmx, Alpine) do what attributes tell them, so whoever can put
a ``<script src>`` of one into a page could have it do anything. Event handlers in Oscar's markup are named by hashes.

Three parts of the site differ in little. Oscar's dashboard has an editor that writes styles. The admin's Alpine.js
evaluates expressions in attributes, which browsers call eval; no page of the admin shows HTML that people write.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from csp.constants import NONCE, NONE, SELF, STRICT_DYNAMIC, UNSAFE_EVAL, UNSAFE_HASHES, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from backoffice.security import nonces

#: A header of its own, which turns off what no page of ours uses.
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

#: The event handlers in the markup of Oscar's pages: basket, cancel, print, close, and back from an error.
HANDLERS = (
    "window.location.href='/basket/';",
    "window.history.go(-1);return false",
    "history.go(-1);return false",
    "javascript:history.go(-1);",
    "window.print()",
    "window.close();return false;",
)


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def directives(form_actions: list[str]) -> dict[str, Any]:
    """Return the shop's policy. *form_actions*: sites that forms may lead to, such as a bank's payment page."""
    return {
        "default-src": [SELF],
        "script-src": [NONCE, STRICT_DYNAMIC],
        "script-src-attr": [UNSAFE_HASHES, *map(_hash, HANDLERS)],
        "style-src-elem": [SELF],
        "style-src-attr": [UNSAFE_INLINE],  # Oscar hides forms by an attribute until they are opened
        "img-src": [SELF, "data:"],  # icons in Bootstrap's style sheet
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *form_actions],
        "frame-ancestors": [NONE],
    }


_ADMIN = {
    "script-src": [NONCE, STRICT_DYNAMIC, UNSAFE_EVAL],
    "script-src-attr": [NONE],
    "style-src-elem": [SELF, UNSAFE_INLINE],  # Unfold's colours, htmx's indicators
    "form-action": [SELF],
}
_DASHBOARD = {
    "style-src-elem": [SELF, UNSAFE_INLINE],
    "form-action": [SELF],
}


class ContentPolicyMiddleware(CSPMiddleware):
    """Sends the policy of the part of the site that a page belongs to."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        nonces.answer(request)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        parts.replace = {**_replaced(request.path), **(parts.replace or {})}
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        nonces.answer(None)
        return super().process_response(request, response)


def _replaced(path: str) -> dict[str, Any]:
    if path.startswith(reverse("admin:index")):
        return _ADMIN
    if path.startswith(reverse("dashboard:index")):
        return _DASHBOARD
    return {}

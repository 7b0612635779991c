"""Pressing the button of a page as a browser does: with the hidden fields that the page came with."""

from __future__ import annotations

import html
import re
from typing import Any

_HIDDEN = re.compile(r"<input\b[^>]*\btype=\"hidden\"[^>]*>")


def hidden_fields(page: Any) -> dict[str, str]:
    """Return the hidden fields of *page*, a response of the test client."""
    found = {}
    for field in _HIDDEN.findall(page.content.decode()):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', field))
        found[html.unescape(attributes["name"])] = html.unescape(attributes.get("value", ""))
    return found


def shown(page: Any) -> dict[str, str]:
    """Return the field that says what *page* showed."""
    return {"shown": hidden_fields(page)["shown"]}


def review(client: Any, address: str, data: dict[str, Any]) -> dict[str, Any]:
    """Send the first step of a page that acts in two, and return what its second step sends then."""
    first = {name: value for name, value in data.items() if name != "_confirm"}
    page = client.post(address, first)
    return {**data, "_confirm": "1", "shown": hidden_fields(page).get("shown", "")}


def confirm(client: Any, address: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
    """Open the page at *address*, and send its form with *data*."""
    page = client.get(address)
    fields = {name: value for name, value in hidden_fields(page).items() if name != "csrfmiddlewaretoken"}
    return client.post(address, {**fields, **(data or {})}, **kwargs)

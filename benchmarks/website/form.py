"""Reads the forms of a page, so that visitors send what a browser would send: hidden fields and defaults included."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    """Collects the fields of each form: names and values as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._is_inside = False
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self._is_inside = True
        elif self._is_inside and tag in ("input", "select", "textarea", "option"):
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "select":
            self._select = None

    def _field(self, tag: str, given: dict[str, str]) -> None:
        fields, name = self.forms[-1], given.get("name", "")
        if tag == "option":
            # A browser sends the first option if none is selected.
            if self._select and ("selected" in given or self._select not in fields):
                fields[self._select] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif name and tag == "textarea":
            fields[name] = ""
        elif name and not _is_left_out(given):
            fields[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")


def _is_left_out(given: dict[str, str]) -> bool:
    kind = given.get("type")
    return kind in ("submit", "button", "file") or (kind in ("checkbox", "radio") and "checked" not in given)


def form_with(page: str, field: str) -> dict[str, str]:
    """Return the fields of the first form on *page* that has *field*.

    Raises:
        LookupError: there is no such form. Its message has the page's title.
    """
    parser = _Forms()
    parser.feed(page)
    for fields in parser.forms:
        if field in fields:
            return fields
    title = page.partition("<title>")[2].partition("</title>")[0].strip()
    raise LookupError(f"no form with {field!r} on the page {title!r}")

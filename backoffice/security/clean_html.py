"""HTML that people write, as far as it is text, pictures and links: nothing in it runs, or is a gadget for what runs.

Scripts, styles, forms, frames, event handlers, and the attributes that htmx, Alpine and Bootstrap act on are left out.
Oscar's templates show such HTML by their filter ``safe``; `template_loaders` puts this one in its place.
"""

from __future__ import annotations

from typing import Any

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from oscar.core.loading import get_class

register = template.Library()

#: What the dashboard's editor sets, and cannot cover a page.
_STYLES = {"text-align", "text-decoration", "padding-left", "font-weight", "font-style", "list-style-type"}
#: Buttons in what Oscar tells.
_CLASSES = {"a": {"btn", "btn-primary", "btn-secondary", "btn-success", "btn-sm", "btn-lg"}}
_TAGS = nh3.ALLOWED_TAGS - {"map", "area", "nav"}
_ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "*": {"style", "title", "lang", "dir"}}

_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    filter_style_properties=_STYLES,
    url_schemes={"http", "https", "mailto", "tel"},
)


def clean(html: object) -> SafeString:
    """Return *html* with what is harmless of it."""
    return mark_safe(_cleaner.clean(str(html)))  # noqa: S308  (that is what it is for)


def clean_names_of_categories() -> None:
    """Clean names in the dashboard's table of categories: Oscar shows those that were searched for as they are."""
    table = get_class("dashboard.catalogue.tables", "CategoryTable")
    without = table.render_name

    def render_name(self: Any, value: Any, record: Any) -> SafeString:
        return clean(without(self, value, record))

    table.render_name = render_name


@register.filter(is_safe=True)
def cleaned(html: Any) -> SafeString:
    """Show *html* in place of the filter ``safe``; also what somebody else has marked as safe."""
    return clean("" if html is None else html)

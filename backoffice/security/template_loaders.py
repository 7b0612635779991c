"""Loads templates from files as Django does, with these changes of their text, whosever they are.

- Each ``<script`` gets the page's nonce: one that stands in a template is the site's own, and no other script runs.
- Where Oscar shows HTML that staff have written, it is cleaned. This is a change of its templates and not of the
  models, so that it also holds for what was written before, and by whatever way.
- Where Oscar links to its dashboard for all staff, it does so for those who may open that page.
- Where the dashboard shows what a shopper has chosen, it is in words.

Unlike copies of the templates, this cannot fall behind them: `tests/security/test_templates.py` looks at all.
"""

from __future__ import annotations

import re
from pathlib import Path

import oscar
from django.template import Origin
from django.template.loaders import app_directories, filesystem

_SCRIPT = re.compile(r"<script(?=[\s>])(?![^>]*\bnonce=)", re.IGNORECASE)
_OSCAR = Path(oscar.__file__).parent
#: How Oscar's templates show what people have written: as it is.
_AS_IT_IS = (
    (re.compile(r"\|safe\b"), "|cleaned"),
    (re.compile(r"\{\{\s*flatpage\.content\s*\}\}"), "{{ flatpage.content|cleaned }}"),
    (re.compile(r"\{\{\s*flatpage\.title\s*\}\}"), "{{ flatpage.title|cleaned|striptags }}"),
    (re.compile(r"\.value_as_html\s*\}\}"), ".value_as_html|cleaned }}"),
    # In a frame, from which a script reads it as text and writes it as a page.
    (re.compile(r"\{\{\s*preview\.html\s*\}\}"), "{{ preview.html|cleaned|force_escape }}"),
)
#: What a shopper has chosen, as the dashboard shows it.
_CHOSEN = re.compile(r"\{\{\s*attribute\.value\s*\}\}")
_LINE_DETAIL = "oscar/dashboard/orders/line_detail.html"
#: Where Oscar links to pages of its dashboard for all staff, or for whoever sees the first one.
_FOR_ALL_STAFF = re.compile(r"\{% if user\.is_staff %\}(?=\s*<a [^>]*\{% url '(dashboard:[\w-]+)')")
_FIRST_PAGE = "oscar/dashboard/index.html"
_FROM_THE_FIRST_PAGE = re.compile(r"<a href=\"\{% url '(dashboard:[\w-]+)' %\}\"[^>]*>.*?</a>", re.DOTALL)


def changed(source: str, file: str) -> str:
    """Return the template *source* from *file* as this site uses it."""
    source = _SCRIPT.sub('<script nonce="{% csp_nonce %}"', source)
    if _OSCAR in Path(file).parents and file.endswith(".html"):  # the others are plain text
        for pattern, replacement in _AS_IT_IS:
            source = pattern.sub(replacement, source)
        source = _FOR_ALL_STAFF.sub(r"{% if user|may_open:'\1' %}", source)
        if file.endswith(_LINE_DETAIL):
            source = _CHOSEN.sub("{{ attribute|chosen_text }}", source)
        if file.endswith(_FIRST_PAGE):
            source = _FROM_THE_FIRST_PAGE.sub(r"{% if user|may_open:'\1' %}\g<0>{% endif %}", source)
    return source


class _Changing:
    """Before Django's loaders from files."""

    def get_contents(self, origin: Origin) -> str:
        return changed(super().get_contents(origin), origin.name)  # type: ignore[misc]  # the loader's


class FilesystemLoader(_Changing, filesystem.Loader):
    pass


class AppDirectoriesLoader(_Changing, app_directories.Loader):
    pass

"""What is done to the templates of all packages: each script is known, and what people write is cleaned."""

from __future__ import annotations

import re
from pathlib import Path

import oscar
import pytest
from django.template import TemplateSyntaxError, engines
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.test import RequestFactory

from backoffice.security import nonces
from backoffice.security.content_policy import HANDLERS
from backoffice.security.template_loaders import changed
from backoffice.settings import TEMPLATES

FOLDERS = [Path(folder) for folder in (*TEMPLATES[0]["DIRS"], *get_app_template_dirs("templates"))]
FILES = [file for folder in FOLDERS for file in folder.rglob("*.html")]
OSCARS = [file for file in FILES if Path(oscar.__file__).parent in file.parents]
#: Of pages that this site does not have, or has in its own way.
NOT_USED = ("technical_500.html", "oscar/500.html", "openlayers.html", "google_analytics.html")
NOT_USED += ("admin/import_export/export.html", "forms/widgets/image_input_widget.html")


@pytest.fixture
def request_(rf: RequestFactory):
    request = rf.get("/")
    request.csp_nonce = "N0nce"
    nonces.answer(request)
    yield request
    nonces.answer(None)


def used(files: list[Path]) -> list[Path]:
    own = FOLDERS[0]
    return [f for f in files if own in f.parents or not str(f).endswith(NOT_USED)]


def test_there_are_templates_to_look_at():
    assert len(FILES) > 500
    assert len(OSCARS) > 200


@pytest.mark.parametrize("file", [f for f in FILES if "<script" in f.read_text()], ids=str)
def test_every_script_of_a_template_has_the_nonce(file):
    source = changed(file.read_text(), str(file))

    assert source.lower().count("<script") == source.count('<script nonce="{% csp_nonce %}"')


def test_event_handlers_in_templates_are_those_that_the_policy_knows():
    found = {
        (handler or other, file.name)
        for file in used(FILES)
        for handler, other in re.findall(r"""\son[a-z]+=(?:"(.*?)"|'(.*?)')""", file.read_text(), re.DOTALL)
    }
    written_out = {(handler.replace("{% url 'basket:summary' %}", "/basket/"), name) for handler, name in found}

    assert [(handler, name) for handler, name in written_out if handler not in HANDLERS] == []


@pytest.mark.parametrize("file", OSCARS, ids=lambda file: file.name)
def test_oscar_shows_nothing_that_people_write_as_it_is(file):
    source = changed(file.read_text(), str(file))

    assert not re.search(r"\|\s*safe\b|autoescape off|\{\{\s*(flatpage\.(content|title)|preview\.html)\s*\}\}", source)


def test_what_is_kept_in_the_database_cannot_ask_for_the_nonce(request_):
    with pytest.raises(TemplateSyntaxError):
        engines["django"].from_string('<script nonce="{% csp_nonce %}">alert(1)</script>')


def test_what_is_kept_in_the_database_gets_no_nonce(request_):
    assert "N0nce" not in engines["django"].from_string("<script>alert(1)</script>").render({})


def test_a_file_gets_it_without_a_request_in_its_context(request_):
    assert 'nonce="N0nce"' in get_template("oscar/dashboard/widgets/popup_response.html").render({})


def test_scripts_of_forms_get_it(request_):
    from django.contrib.admin.widgets import FilteredSelectMultiple

    media = str(FilteredSelectMultiple("x", False).media)

    assert media.count("<script") == media.count('<script nonce="N0nce"') > 0


def test_outside_of_a_request_there_is_none():
    assert nonces.nonce() == ""

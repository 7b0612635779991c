"""What the back office relies on in Unfold beyond its documented interface, one touch a test.

After an upgrade of Unfold these fail first, and name what has to change in `backoffice/unfold_compat.py`.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import unfold
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.fields import UnfoldAdminReadonlyField

from backoffice import unfold_compat
from backoffice.security import nonces
from tests.docs.pages import ROOT

pytestmark = pytest.mark.django_db

PALETTE = "unfold/helpers/command_results.html"
OVERRIDDEN = ROOT / "templates" / "unfold"


def related_link(user):
    """Return what a read-only field that names *user* shows to them."""
    request = SimpleNamespace(user=user)
    field = SimpleNamespace(model_admin=SimpleNamespace(admin_site=admin.site))
    nonces.answer(request)
    try:
        one = get_user_model()(pk=1, username="somebody")
        return UnfoldAdminReadonlyField.get_admin_url(field, SimpleNamespace(model=get_user_model()), one)
    finally:
        nonces.answer(None)


def test_the_admins_of_other_apps_have_its_look():
    registered = admin.site._registry.values()

    assert [one for one in registered if not isinstance(one, ModelAdmin)] == []
    inlines = [inline for one in registered for inline in one.inlines]
    assert [inline for inline in inlines if not issubclass(inline, TabularInline | StackedInline)] == []


def test_its_read_only_fields_make_their_links_in_get_admin_url(admin_user):
    assert 'href="/admin/auth/user/1/change/"' in related_link(admin_user)
    assert related_link(AnonymousUser()) == "somebody"


def test_its_search_view_reads_the_term_from_the_address_and_answers_as_the_palette(rf, admin_user):
    request = rf.post("/admin/search/")
    request.user = admin_user

    answer = unfold_compat.answer_palette(request, "no such thing")

    assert answer.template_name == PALETTE
    assert answer.context_data["results"].object_list == []


def test_its_palette_shows_what_is_refused(rf, admin_user):
    request = rf.post("/admin/search/")
    request.user = admin_user

    answer = unfold_compat.refuse_in_palette(request, "Too many codes were tried.")

    assert "Too many codes were tried." in answer.content.decode()


@pytest.mark.parametrize("template", sorted(OVERRIDDEN.rglob("*.html")), ids=lambda path: path.name)
def test_it_has_the_templates_that_ours_take_the_place_of(template):
    assert (Path(unfold.__file__).parent / "templates" / "unfold" / template.relative_to(OVERRIDDEN)).exists()

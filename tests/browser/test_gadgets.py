"""HTML in a product's description can have no library of the site act for whoever looks: tried in a real browser."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from oscar.core.loading import get_model

pytestmark = pytest.mark.browser

#: Loads the site's own htmx and Alpine, and has them fetch a page of the admin, run a text, and send a form.
GADGET = """
<div id="smuggled">A nice mug.</div>
<div hx-get="/admin/auth/user/1/change/" hx-trigger="load" hx-target="#smuggled">x</div>
<form action="/admin/auth/user/1/change/" hx-post="/admin/auth/user/1/change/" hx-trigger="load delay:100ms">x</form>
<div x-data x-init="window.done = 1">x</div>
<img src="x" onerror="window.done = 2">
<script>window.done = 3</script>
<script src="/static/unfold/js/htmx/htmx.js"></script>
<script src="/static/unfold/js/alpine/alpine.js" defer></script>
"""


@pytest.fixture
def description():
    """Have a product's description be some text, and return the product."""

    def write(text: str):
        product = get_model("catalogue", "Product").objects.filter(structure="standalone").first()
        type(product).objects.filter(pk=product.pk).update(description=text)
        return product

    return write


def test_a_description_is_cleaned_of_it_and_makes_nobody_a_superuser(staff, description):
    mallory = get_user_model().objects.get(username="sysadmin")
    admin = staff("admin")
    asked: list[str] = []
    admin.on("request", lambda request: asked.append(request.url))
    admin.goto(description(GADGET.replace("/user/1/", f"/user/{mallory.pk}/")).get_absolute_url())
    admin.wait_for_timeout(700)

    assert admin.get_by_text("A nice mug.").is_visible()
    assert admin.evaluate("[window.done, window.htmx, window.Alpine].every(one => one === undefined)")
    assert not [url for url in asked if "/admin/" in url or "htmx" in url or "alpine" in url]
    mallory.refresh_from_db()
    assert not mallory.is_superuser


def test_even_if_it_were_not_cleaned_the_browser_would_run_nothing_of_it(browser, shop, description, monkeypatch):
    monkeypatch.setattr("backoffice.security.clean_html._cleaner", SimpleNamespace(clean=lambda html: html))
    # Not a page of `visitor`: that one fails for what the browser says now.
    page = browser.new_page(base_url=shop)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(description(GADGET).get_absolute_url())
    page.wait_for_timeout(700)

    assert "hx-get" in page.content(), "it must be on the page, or nothing was tested"
    assert page.evaluate("[window.done, window.htmx, window.Alpine].every(one => one === undefined)")
    assert sum("Content Security Policy" in text for text in refused) >= 4
    page.close()

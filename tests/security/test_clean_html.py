"""Of HTML that people write, what is harmless is shown; nothing in it runs, or tells a library what to do."""

from __future__ import annotations

from pathlib import Path

import oscar
import pytest
from django.contrib.flatpages.models import FlatPage
from django.contrib.sites.models import Site
from django.template import engines
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from oscar.core.loading import get_model

from backoffice.security.clean_html import clean, cleaned
from backoffice.security.template_loaders import changed
from tests.oscar_integration.conftest import country, product

__all__ = ["country", "product"]  # fixtures

GADGETS = (
    '<div hx-get="/admin/auth/user/1/change/" hx-trigger="load">x</div>',
    '<div data-hx-get="/admin/" data-hx-trigger="load">x</div>',
    '<div x-data x-init="alert(666)">x</div>',
    '<p @click="alert(666)" :class="alert(666)" x-on:click="alert(666)">x</p>',
    '<a data-toggle="tooltip" data-html="true" data-title="<b>" title="x" href="#">x</a>',
    '<script src="/static/unfold/js/htmx/htmx.js"></script>x',
    "<script>alert(666)</script>x",
    '<ScRiPt nonce="">alert(666)</sCrIpT>x',
    '<img src=x onerror="alert(666)">x',
    '<svg onload="alert(666)"><script>alert(666)</script></svg>x',
    '<math><mtext><table><mglyph><style><img src=x onerror="alert(666)"></style></mglyph></table></mtext></math>x',
    '<a href="javascript:alert(666)">x</a>',
    '<a href="java&#10;script:alert(666)">x</a>',
    '<a href="data:text/html,<script>alert(666)</script>">x</a>',
    '<iframe src="/admin/" srcdoc="<script>alert(666)</script>"></iframe>x',
    '<object data="/media/x.svg"></object><embed src="/media/x.svg">x',
    '<form action="https://elsewhere.example/"><input name="password"><button formaction="/x">x</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://elsewhere.example/">x',
    '<base href="https://elsewhere.example/"><link rel="stylesheet" href="https://elsewhere.example/x.css">x',
    "<style>@import url(https://elsewhere.example/x.css)</style>x",
    '<p style="position:fixed;top:0;left:0;width:100%;height:100%;background:url(https://elsewhere.example/)">x</p>',
    '<p class="fixed-top w-100 h-100" id="id_password" name="csrfmiddlewaretoken">x</p>',
    "<template shadowrootmode=open><script>alert(666)</script></template>x",
    '<noscript><p title="</noscript><img src=x onerror=alert(666)>">x</noscript>',
)
FORBIDDEN = (
    "alert(666)",
    "hx-",
    "x-data",
    "x-init",
    "x-on",
    "@click",
    ":class",
    "data-",
    "<script",
    "onerror",
    "onload",
)
FORBIDDEN += ("javascript:", "elsewhere.example", "<iframe", "<form", "<input", "<button", "<object", "<embed", "<svg")
FORBIDDEN += ("<style", "<meta", "<base", "<link", "position", "class=", " id=", "name=", "<template", "srcdoc")


def without_text(html: str) -> str:
    """Return *html* without what stands in texts of attributes as a text."""
    return html.replace("&lt;", "").replace("&gt;", "")


@pytest.mark.parametrize("html", GADGETS)
def test_nothing_of_it_is_left(html):
    left = clean(html)

    if "title=" not in html:
        assert [word for word in FORBIDDEN if word in left.lower()] == []
    assert "<img" not in left or "onerror" not in left.partition("<img")[2].partition(">")[0]


HARMLESS = (
    "<p>A <strong>nice</strong> <em>mug</em>.</p>",
    '<ul><li>one</li></ul><h3>Size</h3><table><tbody><tr><td colspan="2">8 cm</td></tr></tbody></table>',
    '<p style="text-align:center">x</p>',
    '<img src="/media/mug.png" alt="A mug" width="40">',
)


@pytest.mark.parametrize("html", HARMLESS)
def test_what_is_harmless_stays_as_it_is(html):
    assert clean(html) == html


def test_links_stay(request):
    assert clean('<a href="/basket/">x</a>').startswith('<a href="/basket/"')
    assert 'href="mailto:a@example.com"' in clean('<a href="mailto:a@example.com">x</a>')


def test_cleaning_twice_changes_nothing():
    for html in (*GADGETS, *HARMLESS):
        assert clean(clean(html)) == clean(html)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), ("", ""), (5, "5"), ("a < b & c", "a &lt; b &amp; c"), (gettext_lazy("Yes"), "Yes")],
)
def test_what_is_no_html_is_shown(value, shown):
    assert cleaned(value) == shown


def test_also_what_was_marked_as_safe_is_cleaned():
    assert cleaned(mark_safe(GADGETS[5])) == "x"


# --- The pages --------------------------------------------------------------------------------------

MARK = '<p>Fine <b>words</b></p><div hx-get="/admin/">x</div><script src="/static/unfold/js/htmx/htmx.js"></script>'


def shown_on(client, address: str) -> str:
    page = client.get(address, follow=True)
    assert page.status_code == 200
    html = page.content.decode()
    assert "<b>words</b>" in html, "it must be shown, or nothing was tested"
    assert "hx-get" not in html
    assert "htmx.js" not in html
    return html


def test_a_products_description_is_cleaned_however_it_was_written(client, product):
    get_model("catalogue", "Product").objects.filter(pk=product.pk).update(description=MARK)

    shown_on(client, product.get_absolute_url())


def test_a_categorys_descriptions_are_cleaned(client, product):
    category = product.categories.get()
    type(category).objects.filter(pk=category.pk).update(description=MARK, long_description=MARK)

    shown_on(client, category.get_absolute_url())


def test_a_products_attribute_of_rich_text_is_cleaned(client, product):
    attribute = product.product_class.attributes.create(name="Care", code="care", type="richtext")
    product.attribute_values.create(attribute=attribute, value_richtext=MARK)

    shown_on(client, product.get_absolute_url())


def test_a_flat_page_is_cleaned(client, db):
    page = FlatPage.objects.create(url="/about/", title="About <script>alert(666)</script>", content=MARK)
    page.sites.add(Site.objects.get_current())

    assert "<script>alert" not in shown_on(client, "/about/")


def test_an_offer_and_its_range_are_cleaned(client, product):
    Range, Condition, Benefit, Offer = (
        get_model("offer", name) for name in ("Range", "Condition", "Benefit", "ConditionalOffer")
    )
    goods = Range.objects.create(name="All", is_public=True, description=MARK, includes_all_products=True)
    condition = Condition.objects.create(range=goods, type="Count", value=1)
    benefit = Benefit.objects.create(range=goods, type="Percentage", value=10)
    offer = Offer.objects.create(name="Ten", description=MARK, condition=condition, benefit=benefit)

    shown_on(client, offer.get_absolute_url())
    shown_on(client, goods.get_absolute_url())


def test_a_way_of_shipping_is_cleaned(db):
    template = engines["django"].get_template("oscar/checkout/shipping_methods.html").template.source

    assert "method.description|cleaned" in template


def test_a_notice_in_a_customers_inbox_is_cleaned(client, django_user_model, db):
    user = django_user_model.objects.create_user("ann", "ann@example.com")
    notice = get_model("communication", "Notification").objects.create(recipient=user, subject="x", body=MARK)
    client.force_login(user)

    shown_on(client, f"/accounts/notifications/{notice.pk}/")


def test_the_name_of_a_category_that_is_searched_for_is_cleaned(client, django_user_model, product):
    category = product.categories.get()
    type(category).objects.filter(pk=category.pk).update(name="Nice<form action='/x'><b>words</b>")
    client.force_login(django_user_model.objects.create_superuser("boss"))

    page = client.get("/dashboard/catalogue/categories/", {"name": "nice"}).content.decode()

    assert "<b>words</b>" in page
    assert "action='/x'" not in page


def test_plain_text_is_left_as_it_is():
    mails = Path(oscar.__file__).parent / "templates" / "oscar" / "communication" / "emails"
    text = mails / "commtype_product_alert_body.txt"

    assert changed(text.read_text(), str(text)) == text.read_text()

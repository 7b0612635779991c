"""Every link leads whoever sees it to a page that they may see: each role, shoppers, guests."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from oscar.core.loading import get_model

from backoffice.links import may_open
from tests.backoffice.demo.conftest import demo, demo_made
from tests.crawling import crawl, links_of

__all__ = ["demo", "demo_made"]  # fixtures

SHOP = ("/", "/catalogue/", "/basket/", "/gift-cards/balance/")
STARTS = {
    None: SHOP,
    "alice": (*SHOP, "/accounts/"),
    "viewer": ("/admin/", "/dashboard/", *SHOP),
    "clerk": ("/admin/", "/dashboard/", *SHOP),
    "manager": ("/admin/", "/dashboard/", *SHOP),
    "auditor": ("/admin/", "/dashboard/", *SHOP),
    "sysadmin": ("/admin/", "/dashboard/", *SHOP),
    "admin": ("/admin/", "/dashboard/", *SHOP),
}
#: How many pages who is not of the staff sees at least; staff see more than 60.
SEEN = {None: 8, "alice": 8}


def browser_of(who: str | None) -> Client:
    client = Client()
    if who:
        client.force_login(get_user_model().objects.get(username=who))
    return client


def is_refused(visit) -> bool:
    """Whether somebody got something else than what the link promised: a refusal, or a login."""
    last = visit.response.redirect_chain[-1][0] if visit.response.redirect_chain else visit.address
    return visit.response.status_code != 200 or ("login" in last and "login" not in visit.address)


def is_upload(address: str) -> bool:
    return address.startswith(settings.MEDIA_URL)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning")  # Oscar's offers have no order
@pytest.mark.parametrize("who", STARTS)
def test_nobody_is_led_to_a_refusal(demo, settings, who):
    settings.DEBUG = False
    starts = STARTS[who]

    visits = list(crawl(browser_of(who), *starts, each=1))

    # Where one starts is no link: some may not go there. Uploads are the proxy's to serve, without DEBUG.
    links = [visit for visit in visits if visit.address not in starts and not is_upload(visit.address)]
    assert [f"{visit}" for visit in links if is_refused(visit)] == []
    assert len(visits) > SEEN.get(who, 60)


def test_the_crawl_would_notice(client, db):
    visits = {visit.address: visit for visit in crawl(client, "/no/such/page/", "/accounts/profile/")}

    assert is_refused(visits["/no/such/page/"])
    assert is_refused(visits["/accounts/profile/"])


@pytest.mark.parametrize("href", ["#", "/x/", "https://elsewhere.example/", ""])
def test_links_are_found_as_they_are_written(href):
    assert links_of(f'<p><a class="x" href="{href}">y</a><a name="z">z</a></p>') == [href]


@pytest.fixture
def seller(db):
    """A member of staff who looks after orders, and nothing else of the dashboard."""
    user = get_user_model().objects.create_user("seller", "seller@example.com", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_order", content_type__app_label="order"))
    return get_user_model().objects.get(pk=user.pk)


def test_staff_may_open_what_they_have_a_permission_for(seller):
    assert may_open(seller, "dashboard:order-list")
    assert not may_open(seller, "dashboard:catalogue-product-list")


def test_nobody_may_open_nothing():
    assert not may_open(None, "dashboard:order-list")


def test_a_product_is_edited_from_its_page_by_those_who_may(client, seller, db):
    kind = get_model("catalogue", "ProductClass").objects.create(name="Mug")
    product = get_model("catalogue", "Product").objects.create(title="Mug", slug="mug", product_class=kind)
    edit = reverse("dashboard:catalogue-product", args=[product.pk])

    client.force_login(seller)
    assert edit not in links_of(client.get(product.get_absolute_url()).content.decode())
    client.force_login(get_user_model().objects.create_superuser("boss"))
    assert edit in links_of(client.get(product.get_absolute_url()).content.decode())

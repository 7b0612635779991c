"""No page does what its content policy forbids.

A browser says on its console what it refused, and the fixture `visitor` fails then: so every browser test asks this.
Here is a page of every kind that links of the shop, the dashboard and the admin lead to.
"""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.crawling import crawl

# Oscar lists offers in no order.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning"),
]

STARTS = ("/", "/search/?q=mug", "/gift-cards/balance/", "/no/such/page/", "/dashboard/", "/admin/", "/accounts/")


def pages(who: str | None, *starts: str, each: int = 1) -> list[str]:
    """Return an address of each kind of page that somebody can get to."""
    client = Client()
    if who:
        client.force_login(get_user_model().objects.get(username=who))
    visits = crawl(client, *starts, each=each)
    return [visit.address for visit in visits if visit.response.headers["Content-Type"].startswith("text/html")]


def test_every_kind_of_page_keeps_to_its_policy(staff, visitor, browser, shop):
    guest = visitor()
    for path in pages(None, *STARTS[:4]):
        guest.goto(path)
    admin = staff("admin")
    walked = pages("admin", *STARTS)
    for path in walked:
        admin.goto(path)
    assert sum(path.startswith("/dashboard/") for path in walked) > 30
    assert sum(path.startswith("/admin/") for path in walked) > 60

    # What somebody smuggles in does not run. Not a page of `visitor`: it would fail for what the browser says then.
    victim = browser.new_page(base_url=shop)
    victim.goto("/")
    victim.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.smuggled = 1\">')")
    victim.wait_for_timeout(200)
    assert victim.evaluate("window.smuggled") is None
    victim.close()

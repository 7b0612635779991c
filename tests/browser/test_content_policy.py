"""No page does what its content policy forbids.

A browser says on its console what it refused, and the fixture `visitor` fails then: so every browser test asks this.
Here are the pages that no other one opens.
"""

from __future__ import annotations

import pytest
from django.urls import reverse
from oscar.core.loading import get_model

pytestmark = pytest.mark.browser

SHOP = ("/", "/search/?q=mug", "/gift-cards/balance/", "/accounts/login/", "/no/such/page/")
REPORTS = ("trial-balance", "breakage", "exceptions")
DASHBOARD = ("/dashboard/", "/dashboard/orders/", "/dashboard/catalogue/", "/dashboard/pages/")


def test_every_kind_of_page_keeps_to_its_policy(staff, visitor, browser, shop):
    product = get_model("catalogue", "Product").objects.first()
    guest = visitor()
    for path in (*SHOP, product.get_absolute_url()):
        guest.goto(path)
    admin = staff("admin")
    for path in (*(reverse("ledger_reports:report", args=[slug]) for slug in REPORTS), *DASHBOARD):
        admin.goto(path)

    # What somebody smuggles in does not run. Not a page of `visitor`: it would fail for what the browser says then.
    victim = browser.new_page(base_url=shop)
    victim.goto("/")
    victim.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.smuggled = 1\">')")
    victim.wait_for_timeout(200)
    assert victim.evaluate("window.smuggled") is None
    victim.close()

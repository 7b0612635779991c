"""Links in mails lead to the site's own address, and nobody turns them to a machine of theirs."""

from __future__ import annotations

import pytest
from django.contrib.sites.models import Site
from django.urls import reverse

from tests.backoffice.people.conftest import PASSWORD


@pytest.fixture
def page(db):
    return reverse("admin:sites_site_change", args=(Site.objects.get_current().pk,))


def save(browser, page, domain, **typed):
    answer = browser.post(page, {"domain": domain, "name": "Shop", **typed}, follow=True).content.decode()
    Site.objects.clear_cache()
    return answer


def test_an_address_of_somebody_elses_is_refused(browser, page, settings):
    settings.ALLOWED_HOSTS = ["testserver", "shop.example.com"]
    before = Site.objects.get_current().domain

    for elsewhere in ("evil.example.net", "shop.example.com.evil.net", "shop.example.com@evil.net", "evil.net/shop"):
        answer = save(browser, page, elsewhere, own_password=PASSWORD)
        assert "This server does not answer at" in answer, elsewhere

    assert Site.objects.get_current().domain == before


def test_one_that_the_server_answers_at_needs_ones_own_password(browser, page, settings):
    settings.ALLOWED_HOSTS = ["testserver", "shop.example.com"]

    assert "Type your own password to confirm this." in save(browser, page, "shop.example.com")
    save(browser, page, "shop.example.com", own_password=PASSWORD)
    assert Site.objects.get_current().domain == "shop.example.com"


def test_the_name_changes_without(browser, page):
    domain = Site.objects.get_current().domain
    save(browser, page, domain)

    assert Site.objects.get_current().name == "Shop"

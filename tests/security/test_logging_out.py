"""Nobody is logged out of the shop by a page that was loaded for them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.security.conftest import PASSWORD

LOGOUT = reverse("customer:logout")
CLICKED = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.fixture
def browser(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("zoe", "zoe@example.com", PASSWORD))
    return client


def is_logged_in(browser) -> bool:
    return "_auth_user_id" in browser.session


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**CLICKED, "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"},
        {**CLICKED, "Sec-Fetch-Site": "cross-site"},
    ],
    ids=["unknown", "picture", "other site"],
)
def test_an_address_that_is_loaded_asks(browser, headers):
    page = browser.get(LOGOUT, headers=headers)

    assert is_logged_in(browser)
    assert f'action="{LOGOUT}"' in page.content.decode()


def test_the_link_of_the_site_logs_out(browser):
    assert browser.get(LOGOUT, headers=CLICKED).url == reverse("catalogue:index")
    assert not is_logged_in(browser)


def test_the_button_logs_out(browser):
    assert browser.post(LOGOUT).url == reverse("catalogue:index")
    assert not is_logged_in(browser)


def test_who_is_logged_out_is_asked_nothing(client, db):
    assert client.get(LOGOUT).url == reverse("catalogue:index")

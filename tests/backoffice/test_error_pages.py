"""The pages in place of those that cannot be shown: what happened, and where to go from there."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory
from django.urls import reverse

from backoffice import error_pages

PAGES = {
    error_pages.bad_request: 400,
    error_pages.permission_denied: 403,
    error_pages.not_found: 404,
    error_pages.server_error: 500,
    error_pages.csrf_failure: 403,
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("address", "back"),
    [("/nowhere/", "/catalogue/"), ("/admin/nowhere/", "/admin/"), ("/adminnowhere", "/catalogue/")],
)
def test_each_leads_back_to_where_one_was_and_asks_the_database_nothing(page, address, back):
    # Without the fixture `db`, whoever asks the database fails.
    response = page(RequestFactory().get(address))

    assert response.status_code == PAGES[page]
    assert f'href="{back}"' in response.content.decode()


def test_a_page_that_is_not_there_is_said_not_to_be(client):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_staff_without_the_permission_are_told_whom_to_ask(client, db):
    client.force_login(get_user_model().objects.create_user("clerk", is_staff=True))
    response = client.get(reverse("admin:accounts_ledger_account_changelist"))

    assert response.status_code == 403
    assert "Your role does not include this" in response.content.decode()


def test_a_form_without_its_token_is_asked_for_again(db):
    response = Client(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "clerk"})

    assert response.status_code == 403
    assert "load the page again" in response.content.decode()

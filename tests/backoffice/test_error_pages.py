"""The pages in place of those that cannot be shown: what happened, and where to go from there."""

from __future__ import annotations

import html
import re

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
    assert "This page does not exist" in response.content.decode()


def test_staff_without_the_permission_are_told_whom_to_ask(client, db):
    client.force_login(get_user_model().objects.create_user("clerk", is_staff=True))
    response = client.get(reverse("admin:accounts_ledger_account_changelist"))

    assert response.status_code == 403
    assert "You are logged in as clerk. Your role does not include this" in response.content.decode()
    assert "log in with it" not in response.content.decode()


def test_a_shopper_at_a_page_for_others_is_told_who_is_logged_in(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("zoe", "zoe@example.com"))
    response = client.get(reverse("dashboard:index"))

    assert response.status_code == 403
    page = response.content.decode()
    assert "You are logged in as zoe@example.com, and don&#x27;t have access to this page." in page
    assert 'href="/catalogue/"' in page


@pytest.mark.parametrize("name", ["admin:index", "admin:accounts_ledger_account_changelist"])
def test_a_shopper_at_the_back_office_is_told_so_instead_of_asked_to_log_in(client, django_user_model, name):
    client.force_login(django_user_model.objects.create_user("zoe", "zoe@example.com"))
    response = client.get(reverse(name), follow=True)
    page = response.content.decode()

    assert response.status_code == 403
    assert "You are logged in as zoe@example.com" in page
    assert 'type="password"' not in page
    assert 'href="/catalogue/"' in page


def test_a_shopper_who_has_another_account_can_log_in_with_it(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("zoe", "zoe@example.com"))
    django_user_model.objects.create_superuser("boss", "boss@example.com", "Right-pass-123")
    wanted = reverse("admin:accounts_ledger_transfer_changelist")
    page = client.get(wanted, follow=True).content.decode()
    form = html.unescape(re.search(r'href="([^"]*as-somebody-else[^"]*)"', page).group(1))

    assert 'type="password"' in client.get(form).content.decode()
    answer = client.post(form, {"username": "boss", "password": "Right-pass-123", "next": wanted})
    assert answer.url == wanted


def test_whoever_is_not_logged_in_is_asked_to(client, db):
    page = client.get(reverse("admin:index"), follow=True)

    assert 'type="password"' in page.content.decode()


def test_a_form_without_its_token_is_asked_for_again(db):
    response = Client(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "clerk"})

    assert response.status_code == 403
    assert "reload the page" in response.content.decode()

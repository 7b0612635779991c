"""What other sites and other customers may try: forged forms, redirects, somebody else's pages, hosts, caches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import get_resolver, reverse
from oscar.apps.address.models import UserAddress
from oscar.apps.communication.models import Email
from oscar.apps.wishlists.models import WishList
from oscar.test.factories import create_order

from tests.oscar_integration.conftest import ADDRESS, Shopper, country, customer, gift_card, product, stranger

__all__ = ["country", "customer", "gift_card", "product", "stranger"]  # fixtures

pytestmark = pytest.mark.django_db

ELSEWHERE = ("https://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)")


def views(patterns: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern.url_patterns, path + str(pattern.pattern))
        else:
            yield path + str(pattern.pattern), pattern.callback


def test_no_page_takes_forms_of_other_sites():
    exempt = [path for path, view in views(get_resolver().url_patterns) if getattr(view, "csrf_exempt", False)]

    assert exempt == []


@pytest.mark.parametrize(
    "name",
    [
        "admin:login",
        "admin:logout",
        "admin:accounts_ledger_transfer_new_transfer",
        "admin:accounts_ledger_transfer_accounts",
        "second_factor:verify",
        "customer:login",
        "customer:change-password",
        "managed_accounts:list",
        "managed_accounts:balance",
        "checkout:payment-details",
        "checkout:preview",
    ],
)
def test_a_form_without_its_token_is_refused(admin_user, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)

    assert client.post(reverse(name), {"code": "x"}).status_code == 403


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("name", ["admin:login", "dashboard:login", "customer:login"])
def test_a_login_leads_to_no_other_site(make_staff, name, elsewhere):
    user = make_staff()
    given = {"username": user.username, "password": "correct-horse", "next": elsewhere}
    given |= {"login-username": user.email, "login-password": "correct-horse", "login-redirect_url": elsewhere}
    response = Client().post(f"{reverse(name)}?next={elsewhere}", {**given, "login_submit": "1"})

    assert stays(response)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_choosing_a_language_leads_to_no_other_site(elsewhere):
    response = Client().post(reverse("set_language"), {"language": "en-gb", "next": elsewhere})

    assert stays(response)


def test_putting_something_in_the_basket_leads_to_no_other_site(product):
    address = reverse("basket:add", kwargs={"pk": product.pk})
    response = Client().post(
        address, {"quantity": 1, "next": "https://evil.example/"}, headers={"referer": "https://evil.example/"}
    )

    assert stays(response)


def stays(response: Any) -> bool:
    """Whether *response* leads to a page of this site; a browser takes a backslash for a slash."""
    target = response.get("Location", "/").replace("\\", "/")
    return target.startswith("/") and not target.startswith("//")


@pytest.fixture
def belongings(customer, gift_card, country) -> dict[str, str]:
    """Addresses of pages that are the customer's own."""
    order = create_order(user=customer)
    home = UserAddress.objects.create(user=customer, **ADDRESS | {"country": country})
    letter = Email.objects.create(user=customer, email=customer.email, subject="x", body_text="x")
    wishes = WishList.objects.create(owner=customer)
    return {
        "order": reverse("customer:order", args=[order.number]),
        "line of an order": reverse("customer:order-line", args=[order.number, order.lines.first().pk]),
        "statement": reverse("managed_accounts:statement", args=[gift_card(primary_user=customer).pk]),
        "address": reverse("customer:address-detail", args=[home.pk]),
        "deletion of an address": reverse("customer:address-delete", args=[home.pk]),
        "change of an address": reverse("customer:address-change-status", args=[home.pk, "default_for_billing"]),
        "e-mail": reverse("customer:email-detail", args=[letter.pk]),
        "wish list": reverse("customer:wishlists-detail", args=[wishes.key]),
    }


def test_what_belongs_to_another_customer_is_not_found(belongings, stranger):
    client = Shopper(stranger).client
    answers = {what: client.get(address).status_code for what, address in belongings.items()}

    assert answers == dict.fromkeys(belongings, 404)


def test_what_belongs_to_another_customer_cannot_be_changed(belongings, stranger):
    client = Shopper(stranger).client
    answers = {what: client.post(address).status_code for what, address in belongings.items()}

    assert set(answers.values()) <= {404, 405}, answers


@pytest.mark.parametrize("what", ["order", "statement", "address", "e-mail"])
def test_what_belongs_to_a_customer_is_theirs_and_kept_nowhere(belongings, customer, what):
    response = Shopper(customer).client.get(belongings[what])

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["admin:index", "dashboard:order-list", "managed_accounts:list", "customer:order-list"]
)
def test_pages_with_money_on_them_are_kept_nowhere(admin_client, name):
    assert "no-store" in admin_client.get(reverse(name)).headers["Cache-Control"]


def test_pages_that_everybody_sees_may_be_kept(product):
    assert "no-store" not in Client().get(product.get_absolute_url()).headers.get("Cache-Control", "")


def test_another_host_is_not_answered(settings):
    settings.ALLOWED_HOSTS = ["shop.example.com"]

    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_forwarded_host_does_not_get_into_mail(customer):
    Client().post(reverse("password-reset"), {"email": customer.email}, headers={"x-forwarded-host": "evil.example"})

    assert len(mail.outbox) == 1
    assert "evil.example" not in mail.outbox[0].body


@pytest.mark.parametrize("path", ["/checkout/demo-bank/%00/", "/wishlists/%00/", "/accounts/alerts/confirm/%00/"])
def test_a_zero_character_in_an_address_is_not_found(path):
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/media/../manage.py", "/media/%2e%2e/%2e%2e/manage.py", "/static/..%2f..%2f.env"])
def test_no_file_beside_those_meant_to_be_read_is_found(path):
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    "lookup", ["account/?primary_user__password__startswith=p", "account/?secondary_users__password__startswith=p"]
)
def test_lists_cannot_be_asked_about_what_they_do_not_show(admin_client, lookup):
    assert admin_client.get(f"/admin/accounts_ledger/{lookup}").status_code == 400


def test_a_form_of_more_fields_than_any_page_has_is_refused(admin_client):
    fields = {f"field-{number}": "x" for number in range(2000)}

    assert admin_client.post(reverse("admin:accounts_ledger_transfer_new_transfer"), fields).status_code == 400


def test_a_form_of_megabytes_is_refused():
    assert Client().post(reverse("managed_accounts:balance"), {"code": "x" * 3_000_000}).status_code == 400


@pytest.mark.parametrize(
    "name", ["checkout:index", "checkout:payment-details", "checkout:preview", "checkout:thank-you"]
)
def test_no_browser_keeps_a_guests_checkout(db, name):
    assert "no-store" in Client().get(reverse(name)).headers["Cache-Control"]

"""The first page of the back office, its menus and its search."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal as D

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_ledger import chart, clock, facade, guards
from accounts_ledger.models import Account, Transfer
from backoffice import roles

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def log_in(db):
    def logged_in(role: str = "", **fields) -> Client:
        user = get_user_model().objects.create_user(role or "somebody", is_staff=True, **fields)
        if role:
            user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return logged_in


@pytest.fixture
def card(bank):
    last_month = timezone.now().replace(day=1) - datetime.timedelta(days=2)
    with clock.at(last_month):
        return facade.issue(
            bank,
            D("50.00"),
            name="Jane's card",
            account_type=chart.deferred_income_types()[0],
            end_date=timezone.localdate() + datetime.timedelta(days=10),
        )


@pytest.fixture
def redemption(card, redemptions):
    return facade.transfer(card, redemptions, D("12.00"), merchant_reference="ORDER-77", kind=Transfer.Kind.REDEMPTION)


def cards(client) -> dict[str, object]:
    return {card.title: card for card in client.get(reverse("admin:index")).context["cards"]}


def test_the_cards_say_how_things_stand(log_in, card, redemption):
    facade.hold(card, D("3.00"))
    shown = cards(log_in(roles.MANAGER))

    assert "£38.00" in shown["Owed to customers"].figure
    assert "£12.00 less" in shown["Owed to customers"].note.replace('<span class="money">', "").replace("</span>", "")
    assert "£12.00" in shown["Redeemed this month"].figure
    assert "£0.00" in shown["Loaded this month"].figure
    assert "£50.00" in shown["Loaded this month"].note
    assert "£38.00" in shown["Expiring within 30 days"].figure
    assert "£3.00" in shown["On hold"].figure
    assert shown["The books"].figure == "In balance"


def test_books_that_do_not_balance_are_cried_out(log_in, card):
    client = log_in(roles.MANAGER)
    with guards.lifted(connection):
        Account.objects.filter(pk=card.pk).post(balance=D("50.01"))
    shown = cards(client)
    with guards.lifted(connection):
        Account.objects.filter(pk=card.pk).post(balance=D("50.00"))

    assert "£0.01" in shown["The books do not balance"].figure


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_every_card_leads_to_a_page_that_its_reader_may_see(log_in, card, redemption, role):
    client = log_in(role)

    for shown in cards(client).values():
        assert client.get(shown.link).status_code == 200, shown.title


def test_the_trend_ends_with_today(log_in, card, redemption):
    table = log_in(roles.MANAGER).get(reverse("admin:index")).context["trend_table"]

    assert len(table) == 12
    assert "£50.00" in table[-2][1]
    assert "£38.00" in table[-1][1]


def test_staff_without_a_role_is_told_so(log_in):
    page = log_in().get(reverse("admin:index")).content.decode()

    assert "You have no permission to see the ledger" in page


def test_the_first_page_takes_few_queries(log_in, card, redemption, django_assert_max_num_queries):
    client = log_in(roles.MANAGER)

    with django_assert_max_num_queries(20):
        client.get(reverse("admin:index"))


@pytest.mark.parametrize("currency", ["XXX", "", "💷", "x" * 5000, "\x00"])
def test_an_unknown_currency_means_the_sites_own(log_in, currency):
    response = log_in(roles.MANAGER).get(reverse("admin:index"), {"currency": currency})

    assert response.context["currency"] == "GBP"


# --- Menus -----------------------------------------------------------------------------------------


def menu(client) -> dict[str, str]:
    """Return the entries of the sidebar that the user sees, with their addresses."""
    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
    return {
        str(item["title"]): str(item["link"]) for group in groups for item in group["items"] if item["has_permission"]
    }


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_every_entry_of_the_menu_leads_somewhere(log_in, role):
    client = log_in(role)

    for title, link in menu(client).items():
        assert client.get(link).status_code == 200, title


def test_every_page_is_called_what_the_menu_calls_it(admin_client):
    entries = menu(admin_client)

    titles = {re.search(r"<title>\s*(.*?) \|", admin_client.get(link).content.decode())[1] for link in entries.values()}

    assert titles == entries.keys()


@pytest.mark.parametrize(
    ("page", "entry"),
    [
        ("admin:index", "Dashboard"),
        ("admin:accounts_ledger_transfer_changelist", "Transfers"),
        ("admin:accounts_ledger_transfer_new_transfer", "New transfer"),
        ("ledger_reports:index", "All reports"),
        ("/admin/reports/deferred-income/", "Deferred income"),
        ("/admin/reports/roll-forward/", "All reports"),
    ],
)
def test_one_entry_of_the_menu_is_marked_as_open(page, entry, admin_client):
    groups = admin_client.get(resolve_url(page)).context["sidebar_navigation"]

    assert [str(item["title"]) for group in groups for item in group["items"] if item["active"]] == [entry]


def test_every_model_is_called_what_the_menu_calls_it(admin_client):
    called = {link: title for title, link in menu(admin_client).items()}
    apps = admin.site.get_app_list(admin_client.get(reverse("admin:index")).wsgi_request)

    names = {model["admin_url"]: str(model["name"]) for app in apps for model in app["models"]}

    assert {link: title for link, title in called.items() if link in names} == {
        link: name for link, name in names.items() if link in called
    }


def test_only_what_one_may_see_is_in_the_menu(log_in):
    assert "New transfer" not in menu(log_in(roles.VIEWER))
    assert "Users" not in menu(log_in(roles.MANAGER))
    assert menu(log_in()).keys() == {"Dashboard"}


@pytest.mark.parametrize("role", [*roles.ROLES, ""])
def test_the_shops_dashboard_shows_the_ledgers_entries_to_staff_with_the_permission(log_in, role):
    response = log_in(role).get(reverse("dashboard:index"))

    assert response.status_code == 200
    assert ("/admin/accounts_ledger/transfer/" in response.content.decode()) == bool(role)


# --- Search ----------------------------------------------------------------------------------------


def found(client, term: str, **more) -> list[str]:
    response = client.post(reverse("admin:search"), {"s": term, **more})
    assert response.status_code == 200
    return [result.link for result in response.context["results"]] if response.context else []


def test_the_search_finds_an_account_by_its_code_however_it_is_typed(log_in, card):
    typed = f"{card.code[:4]} {card.code[4:8]}-{card.code[8:]}".lower()

    assert reverse("admin:accounts_ledger_account_change", args=(card.pk,)) in found(log_in(roles.VIEWER), typed)


def test_the_search_finds_a_transfer_by_reference_and_by_order(log_in, redemption):
    client, address = log_in(roles.VIEWER), reverse("admin:accounts_ledger_transfer_change", args=(redemption.pk,))

    assert address in found(client, redemption.reference.lower())
    assert address in found(client, "ORDER-77")


def test_the_search_never_shows_a_code(log_in, card):
    client = log_in(roles.MANAGER)
    response = client.post(reverse("admin:search"), {"s": card.code})

    shown = response.content.decode().replace(card.code.lower(), "")
    assert card.code not in shown


def test_the_search_shows_nothing_that_one_may_not_see(log_in, card, redemption):
    assert found(log_in(), card.code) == []
    assert found(log_in(roles.AUDITOR), "x") is not None


@pytest.mark.parametrize("term", ["x" * 5000, "a\x00b", "💷", "%", "'"])
@pytest.mark.parametrize("page", ["1", "abc", "-1", "9" * 400])
def test_nonsense_in_the_search_is_no_error(log_in, term, page):
    found(log_in(roles.MANAGER), term, page=page)

"""The customer's own cards in the account section."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from oscar.apps.order.models import Order

from accounts_ledger import facade
from accounts_ledger.models import Account, Transfer
from oscar_integration import guessing

pytestmark = pytest.mark.usefixtures("books")
LIST = "/accounts/gift-cards/"


@pytest.fixture
def page(client, customer):
    """Log the customer in; ``page(path)`` is what they read."""
    client.force_login(customer)
    return lambda path=LIST: client.get(path).content.decode()


@pytest.fixture
def add(client, customer):
    client.force_login(customer)
    return lambda code: client.post(LIST, {"code": code})


def statement_of(card):
    return reverse("managed_accounts:statement", kwargs={"pk": card.pk})


def test_strangers_are_asked_to_log_in(client, db):
    response = client.get(LIST)

    assert response.status_code == 302
    assert "/login/" in response.url


def test_the_account_section_leads_to_them(page):
    assert f'href="{LIST}"' in page(reverse("customer:order-list"))


def test_the_list_shows_balance_and_last_day(page, gift_card, customer):
    end = datetime.date.today() + datetime.timedelta(days=30)
    gift_card("37.50", primary_user=customer, end_date=end)

    assert "£37.50" in page()
    assert f"Valid until {end.day} {end:%B %Y}" in page()


def test_the_list_shows_no_code(page, gift_card, customer):
    card = gift_card(primary_user=customer)

    assert card.code not in page()
    assert card.masked_code in page()


def test_a_card_that_is_shared_is_listed(page, gift_card, customer):
    card = gift_card(secondary_users=[customer])

    assert card.masked_code in page()


def test_cards_of_others_are_not_listed(page, gift_card, stranger):
    card = gift_card(primary_user=stranger)

    assert card.masked_code not in page()


def test_a_card_that_has_an_owner_is_not_shown_to_those_it_was_shared_with(page, gift_card, customer, stranger):
    card = gift_card(primary_user=stranger, secondary_users=[customer])

    assert card.masked_code not in page()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"end_date": datetime.date(2020, 1, 1)}, "Expired"),
        ({"start_date": datetime.date(2990, 1, 1)}, "Not valid yet"),
        ({}, "Ready to use"),
    ],
)
def test_the_list_says_what_can_be_done_with_a_card(page, gift_card, customer, fields, words):
    gift_card(primary_user=customer, **fields)

    assert words in page()


def test_a_frozen_card_is_called_frozen(page, gift_card, customer):
    facade.freeze(gift_card(primary_user=customer))

    assert "Frozen" in page()


def test_what_is_reserved_is_told(page, gift_card, customer):
    facade.hold(gift_card(primary_user=customer), D("12.00"))

    assert "£12.00 of it is reserved" in page()


# --- Statement -------------------------------------------------------------------------------------


def test_the_statement_shows_each_movement_and_the_balance_after_it(page, gift_card, customer, redemptions):
    card = gift_card("50.00", primary_user=customer)
    facade.transfer(card, redemptions, D("30.00"), kind=Transfer.Kind.REDEMPTION)

    text = page(statement_of(card))

    assert [word for word in ("Loaded", "+£50.00", "Spent", "-£30.00", "£20.00") if word not in text] == []


def test_the_statement_leads_back_to_cards_under_the_shops_own_name(page, gift_card, customer, settings):
    settings.ACCOUNTS_UNIT_NAME_PLURAL = "Store credits"

    text = page(statement_of(gift_card("50.00", primary_user=customer)))

    assert "Store credits</a>" in text


@pytest.mark.parametrize("has_one", [False, True])
def test_every_page_calls_them_what_the_shop_calls_them(has_one, page, gift_card, customer, settings):
    settings.ACCOUNTS_UNIT_NAME, settings.ACCOUNTS_UNIT_NAME_PLURAL = "Store credit", "Store credits"
    paths = [LIST, reverse("managed_accounts:balance"), reverse("customer:order-list")]
    if has_one:
        paths.append(statement_of(gift_card("50.00", primary_user=customer)))

    for path in paths:
        text = page(path).lower()
        assert "store credit" in text
        assert "gift card" not in text


def test_the_statement_keeps_what_staff_wrote_to_itself(page, gift_card, customer, bank):
    card = gift_card(primary_user=customer)
    clerk = get_user_model().objects.create_user("secret-clerk")
    facade.top_up(card, bank, D("5.00"), user=clerk, description="Difficult customer")

    text = page(statement_of(card))

    assert "Difficult" not in text
    assert "secret-clerk" not in text


def test_the_statement_names_the_customers_own_orders_only(page, gift_card, customer, stranger, redemptions):
    """A card can have paid for somebody else before it was added."""
    card = gift_card("50.00", primary_user=customer)
    for user, number in ((customer, "MINE-1"), (stranger, "THEIRS-1"), (None, "GUEST-1")):
        Order.objects.create(number=number, user=user, total_incl_tax=D("5.00"), total_excl_tax=D("5.00"))
        facade.transfer(card, redemptions, D("5.00"), merchant_reference=number)

    text = page(statement_of(card))

    assert [number for number in ("MINE-1", "THEIRS-1", "GUEST-1") if number in text] == ["MINE-1"]


@pytest.mark.parametrize("path", ["{pk}/", "0/", "99999999/", "999999999999999999999999/"])
def test_another_customers_statement_is_not_found(client, customer, stranger, gift_card, path):
    card = gift_card(primary_user=stranger)
    client.force_login(customer)

    assert client.get(LIST + path.format(pk=card.pk)).status_code == 404


def test_nobodys_card_and_core_accounts_are_not_found(client, customer, gift_card, bank):
    client.force_login(customer)

    assert client.get(statement_of(gift_card())).status_code == 404
    assert client.get(statement_of(bank)).status_code == 404


@pytest.mark.parametrize("page_number", ["0", "-1", "x", "999", "' OR 1=1"])
def test_nonsense_as_the_pages_number_shows_a_page(client, customer, gift_card, page_number):
    card = gift_card(primary_user=customer)
    client.force_login(customer)

    assert client.get(statement_of(card), {"page": page_number}).status_code == 200


# --- Adding a card ---------------------------------------------------------------------------------


def test_a_card_is_added_by_its_code(add, gift_card, customer):
    card = gift_card()

    assert add(card.code.lower()).status_code == 302

    card.refresh_from_db()
    assert card.primary_user == customer


def test_the_history_says_who_added_it(add, gift_card, customer):
    card = gift_card()

    add(card.code)

    newest = card.history.first()
    assert (newest.history_change_reason, newest.history_user) == ("Added by its holder", customer)


def test_once_added_its_code_is_of_no_use_to_others(add, gift_card, client, stranger):
    card = gift_card()
    add(card.code)

    client.force_login(stranger)
    answer = client.post(LIST, {"code": card.code})

    assert "This code cannot be used" in answer.content.decode()
    card.refresh_from_db()
    assert card.primary_user != stranger


def test_ones_own_card_cannot_be_added_twice(add, gift_card, customer):
    card = gift_card(primary_user=customer)

    assert "is already linked to your account" in add(card.code).content.decode()


@pytest.mark.parametrize("code", ["NOBODYSCARD1", "' OR 1=1 --", "\x00", "ø" * 100, "A" * 5000])
def test_a_wrong_code_adds_nothing(add, gift_card, code):
    gift_card()

    answer = add(code)

    assert answer.status_code == 200
    assert not Account.objects.exclude(primary_user=None).exists()


def test_a_card_shared_with_others_cannot_be_taken_from_them(add, gift_card, stranger):
    card = gift_card(secondary_users=[stranger])

    add(card.code)

    card.refresh_from_db()
    assert card.primary_user is None


def test_too_many_wrong_codes_have_to_wait(add, settings, gift_card):
    settings.ACCOUNTS_GUESSES_PER_USER = 2
    card = gift_card()
    for _ in range(2):
        add("WRONG")

    answer = add(card.code)

    assert answer.status_code == 429
    assert "Too many codes" in answer.content.decode()


# --- Balance check ---------------------------------------------------------------------------------


@pytest.fixture
def check(client, db):
    return lambda code: client.post("/gift-cards/balance/", {"code": code})


def test_whoever_has_the_code_sees_the_balance(check, gift_card):
    assert "£42.00" in check(gift_card("42.00").code).content.decode()


def test_the_answer_is_not_kept_by_browsers_and_proxies(check, gift_card):
    assert "no-store" in check(gift_card().code)["Cache-Control"]


def test_a_card_with_an_owner_is_shown_to_them_only(check, client, gift_card, customer):
    card = gift_card("42.00", primary_user=customer)

    assert "£42.00" not in check(card.code).content.decode()
    client.force_login(customer)
    assert "£42.00" in check(card.code).content.decode()


def test_a_spent_card_has_nothing_left(check, gift_card, redemptions):
    card = gift_card("42.00")
    facade.transfer(card, redemptions, card.balance)

    assert "£0.00" in check(card.code).content.decode().split("balance-check")[0]


def test_trying_balances_counts_as_guessing(check, settings, gift_card):
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 3
    for _ in range(3):
        check("WRONG")

    assert check(gift_card().code).status_code == 429


def test_all_pages_count_together(check, add, settings, gift_card):
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 3
    check("WRONG")
    add("WRONG")
    check("WRONG")

    assert add(gift_card().code).status_code == 429


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(lambda card, other: Account.objects.filter(pk=card.pk).update(primary_user=other), id="owned"),
        pytest.param(lambda card, other: card.secondary_users.add(other), id="shared"),
        pytest.param(lambda card, other: facade.freeze(card), id="frozen"),
    ],
)
def test_a_card_that_becomes_somebody_elses_meanwhile_is_not_added(happens, add, gift_card, stranger, monkeypatch):
    card, look = gift_card(), guessing.usable

    def look_too_early(found, currency):
        account = look(found, currency)
        happens(card, stranger)
        return account

    monkeypatch.setattr(guessing, "usable", look_too_early)

    assert "cannot be used" in add(card.code).content.decode()
    card.refresh_from_db()
    assert card.primary_user in (None, stranger)

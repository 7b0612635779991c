"""Staff who look accounts up by code: counted by person and address, with everybody's limits, at every door alike."""

from __future__ import annotations

import datetime
import json

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache import cache
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_ledger import chart, code_lookups, facade
from accounts_ledger.models import Account
from oscar_integration.models import CodeAttempts

CODE = "QZXVKWHJ7788"
REFUSAL = "Too many codes were tried"
LIST = "admin:accounts_ledger_account_changelist"


@pytest.fixture(autouse=True)
def limits(settings):
    settings.ACCOUNTS_GUESSES_PER_USER = 3
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 50
    cache.clear()  # Unfold's palette keeps what each user has found


@pytest.fixture
def card(bank):
    return facade.issue(bank, 25, account_type=chart.deferred_income_types()[0], code=CODE)


@pytest.fixture
def clerk(db):
    return member("clerk")


def member(name, role="Manager"):
    user = get_user_model().objects.create_user(name, f"{name}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def by_list(client, term):
    return client.get(reverse(LIST), {"q": term}, follow=True)


def by_search_box(client, term):
    return client.post(reverse("admin:accounts_ledger_account_find"), {"q": term}, follow=True)


def by_palette(client, term):
    return client.post("/admin/search/", {"s": term})


def by_field(client, term):
    return client.post(reverse("admin:accounts_ledger_transfer_accounts"), {"term": term})


def by_statement(client, term):
    address = reverse("ledger_reports:report", args=["statement"])
    return client.post(address, {"whose": term, "currency": "GBP"}, follow=True)


def by_statements_address(client, term):
    return client.get(reverse("ledger_reports:report", args=["statement"]), {"whose": term}, follow=True)


def by_export(client, term):
    return client.get(reverse("admin:accounts_ledger_account_export"), {"q": term})


def by_autocomplete(client, term):
    asked = {"app_label": "accounts_ledger", "model_name": "giftcardbatch", "field_name": "source", "term": term}
    return client.get(reverse("admin:autocomplete"), asked)


DOORS = [by_list, by_search_box, by_palette, by_field, by_statement, by_statements_address, by_export]
SAYING = [by_list, by_search_box, by_palette, by_field, by_statement, by_statements_address]


def failures(scope="user"):
    return CodeAttempts.objects.filter(scope=scope).aggregate(total=Sum("failures"))["total"] or 0


def finds(answer, card):
    text = answer.content.decode()
    text = json.loads(text)["results"][0]["text"] if text.startswith("{") else text
    return str(card.masked_code) in text and REFUSAL not in text


def guesses(number):
    return [f"{number}WRNG{turn}CODE{turn}" for turn in range(number)]


@pytest.mark.parametrize("door", DOORS)
def test_what_finds_nothing_counts_once_for_the_person_and_the_address(door, card, clerk):
    door(clerk, "WRNGCODE2345")

    assert (failures("user"), failures("address"), failures("session")) == (1, 1, 0)


@pytest.mark.parametrize("door", DOORS)
def test_a_code_that_is_right_counts_nothing(door, card, clerk):
    answer = door(clerk, CODE)

    assert answer.status_code == 200
    assert failures() == 0


@pytest.mark.parametrize("door", SAYING)
def test_whoever_has_tried_too_many_is_told_and_finds_no_code_any_more_not_even_a_right_one(door, card, clerk):
    for guess in guesses(4):
        door(clerk, guess)
    answer = door(clerk, CODE)

    assert REFUSAL in answer.content.decode()
    assert not finds(answer, card)
    assert CodeAttempts.objects.get(scope="user").is_blocked


@pytest.mark.parametrize("door", DOORS)
def test_one_door_is_as_closed_as_the_other(door, card, clerk):
    for guess in guesses(4):
        by_search_box(clerk, guess)

    assert not finds(door(clerk, CODE), card)


def test_who_waits_still_finds_accounts_by_name(card, clerk):
    for guess in guesses(4):
        by_search_box(clerk, guess)

    assert "Bank" in by_list(clerk, "Bank").content.decode()


def test_success_in_between_resets_nothing(card, clerk):
    for guess in guesses(4):
        by_search_box(clerk, guess)
        by_search_box(clerk, CODE)

    assert CodeAttempts.objects.get(scope="user").is_blocked


def test_the_wait_ends_and_doubles_with_the_next(card, clerk):
    for guess in guesses(4):
        by_search_box(clerk, guess)
    first = CodeAttempts.objects.get(scope="user")
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=16)):
        assert finds(by_search_box(clerk, CODE), card)
        for guess in guesses(4):
            by_search_box(clerk, guess)
        again = CodeAttempts.objects.get(scope="user")
        assert again.blocked_until - timezone.now() > first.blocked_until - first.date_changed


def test_many_failures_of_staff_raise_the_alarm(card, clerk, settings):
    settings.ADMINS = [("Ann", "ann@example.com")]
    settings.ACCOUNTS_GUESSING_ALARM = 2
    for guess in guesses(3):
        by_search_box(clerk, guess)

    assert ["being guessed" in message.subject for message in mail.outbox].count(True) == 1


def test_one_address_is_counted_for_all_its_people(card, settings, db):
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 3
    one, other = member("one"), member("other")
    for guess in guesses(4):
        by_search_box(one, guess)

    assert REFUSAL in by_search_box(other, CODE).content.decode()


@pytest.mark.parametrize("term", ["Anna Smith", "ann@example.com", "10001", "Smith", "b", "Bank"])
def test_names_addresses_and_short_numbers_are_no_guesses(card, clerk, term):
    for door in DOORS:
        door(clerk, term)

    assert failures() == 0


@pytest.mark.parametrize(
    "term", ["wrng-code-2345", " WRNG CODE 2345 ", "wrngcode2345\u200b", "ABCDEFGH", "abcd efgh jkmn"]
)
def test_a_guess_is_one_however_it_is_written(card, clerk, term):
    by_search_box(clerk, term)

    assert failures() == 1


@pytest.mark.parametrize("term", ["QZXV", "AB12", "\x00", "x" * 200])
def test_nothing_that_is_not_counted_is_looked_up_as_a_code(card, clerk, term):
    Account.objects.filter(pk=card.pk).get()
    assert code_lookups.could_be_code(term) is False


def test_a_short_code_that_is_not_counted_is_not_found(bank, clerk):
    short = facade.issue(bank, 25, account_type=chart.deferred_income_types()[0])
    short.code = "AB12"
    short.save()

    assert f"/{short.pk}/change/" not in by_list(clerk, "AB12").content.decode()


@pytest.mark.parametrize("door", [by_palette, by_field])
def test_a_code_that_is_typed_letter_by_letter_is_one_attempt_and_none_once_it_is_found(door, card, clerk):
    for length in range(1, len(CODE)):
        door(clerk, CODE[:length])
    assert failures() == 1

    assert finds(door(clerk, CODE), card)
    assert failures() == 0


@pytest.mark.parametrize("door", [by_palette, by_field])
def test_codes_of_one_length_are_as_many_attempts_however_they_begin(door, card, clerk):
    for turn in range(4):
        door(clerk, f"QZXVKW{turn}23456")

    assert CodeAttempts.objects.get(scope="user").is_blocked


def test_typing_is_forgotten_after_a_while(card, clerk):
    by_palette(clerk, "WRNGCODE2")
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=2)):
        by_palette(clerk, "WRNGCODE23")

    assert failures() == 2


def test_the_session_remembers_no_code_that_is_being_typed(card, clerk):
    by_palette(clerk, CODE[:-1])

    assert CODE[:6] not in str(dict(clerk.session))

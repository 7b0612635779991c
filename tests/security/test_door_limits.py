"""Nobody floods a mailbox, makes profiles by the hundred, or guesses the password of a session that was left open."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from backoffice.models import Allowance
from tests.security.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
NEW = "quite-another-27"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def customer():
    return get_user_model().objects.create_user("customer", "customer@example.com", PASSWORD)


@pytest.fixture
def browser(customer):
    client = Client()
    client.force_login(customer)
    return client


def ask_for_reset(email="customer@example.com", address="192.0.2.1"):
    return Client().post(reverse("password-reset"), {"email": email}, REMOTE_ADDR=address)


def register(number=1, address="192.0.2.1", door="customer:register", **more):
    typed = {"email": f"new{number}@example.com", "password1": NEW, "password2": NEW}
    prefixed = {f"registration-{name}": value for name, value in typed.items()}
    return Client().post(reverse(door), {**typed, **prefixed, **more}, REMOTE_ADDR=address)


# --- Mails to reset a password ---------------------------------------------------------------------


def test_three_mails_an_hour_go_to_one_mailbox(customer, mailoutbox, clock):
    for n in range(10):
        ask_for_reset(address=f"192.0.2.{n}")

    assert len(mailoutbox) == 3


def test_the_same_mailbox_written_otherwise_is_no_other(customer, mailoutbox, clock):
    for email in ("customer@example.com", "CUSTOMER@example.com", " customer@example.com ", "Customer@Example.com"):
        ask_for_reset(email)

    assert len(mailoutbox) == 3


def test_the_refusal_does_not_tell_whether_there_is_such_a_customer(customer, clock):
    answers = {(ask_for_reset(email).status_code, ask_for_reset(email).url) for email in ("nobody@example.com",) * 3}
    answers |= {(ask_for_reset().status_code, ask_for_reset().url) for _time in range(3)}

    assert answers == {(302, reverse("password-reset-done"))}


def test_an_hour_later_there_are_mails_again(customer, mailoutbox, clock):
    for _time in range(5):
        ask_for_reset()
    clock.shift(datetime.timedelta(minutes=61))
    ask_for_reset()

    assert len(mailoutbox) == 4


def test_one_address_asks_for_twenty_mailboxes_an_hour(clock):
    answers = [ask_for_reset(f"somebody{n}@example.com").status_code for n in range(22)]

    assert answers == [302] * 20 + [429] * 2


def test_the_networks_of_an_ipv6_48_ask_for_sixty_together(clock):
    answers = [ask_for_reset(f"somebody{n}@example.com", f"2001:db8:1:{n:x}::1").status_code for n in range(62)]

    assert answers == [302] * 60 + [429] * 2


# --- New profiles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("door", "more"), [("customer:register", {}), ("customer:login", {"registration_submit": "1"})]
)
def test_one_address_makes_twenty_profiles_an_hour(door, more, clock):
    answers = [register(n, door=door, **more).status_code for n in range(22)]

    assert answers == [302] * 20 + [429] * 2
    assert get_user_model().objects.filter(email__startswith="new").count() == 20


def test_logging_in_makes_no_profile(customer, clock):
    for _time in range(25):
        answer = Client().post(
            reverse("customer:login"),
            {"login-username": customer.email, "login-password": PASSWORD, "login_submit": "1"},
        )

    assert answer.status_code == 302


def test_what_is_counted_is_not_kept_for_ever(clock):
    for n in range(60):
        register(n, address=f"198.51.100.{n}")
    clock.shift(datetime.timedelta(hours=2))
    for n in range(60, 120):
        register(n, address=f"198.51.100.{n}")

    assert Allowance.objects.count() <= 70


def test_who_asked_is_kept_as_a_hash(customer):
    ask_for_reset()

    assert not Allowance.objects.filter(digest__contains="customer").exists()


# --- The own password, asked for again -------------------------------------------------------------


OLD = {
    "customer:change-password": lambda typed: {"old_password": typed, "new_password1": NEW, "new_password2": NEW},
    "customer:profile-delete": lambda typed: {"password": typed},
    "customer:profile-update": lambda typed: {"first_name": "A", "email": "new@example.com", "password": typed},
}


@pytest.mark.parametrize("door", OLD)
def test_after_five_guesses_at_the_own_password_the_right_one_has_to_wait(door, browser, customer):
    answers = [browser.post(reverse(door), OLD[door]("guess")).status_code for _time in range(5)]

    assert answers == [200] * 4 + [429]
    assert browser.post(reverse(door), OLD[door](PASSWORD)).status_code == 429
    customer.refresh_from_db()
    assert customer.check_password(PASSWORD)
    assert customer.email == "customer@example.com"


@pytest.mark.parametrize("door", OLD)
def test_the_right_password_does_what_the_page_is_for(door, browser):
    assert browser.post(reverse(door), OLD[door](PASSWORD)).status_code == 302


def test_staff_guess_at_their_own_no_more_often(make_staff):
    client = Client()
    client.force_login(make_staff())
    typed = {"old_password": "guess", "new_password1": NEW, "new_password2": NEW}

    assert [client.post(reverse("admin:password_change"), typed).status_code for _time in range(5)][-1] == 429


def test_an_address_does_not_change_without_the_password(browser, customer):
    page = browser.post(reverse("customer:profile-update"), {"first_name": "A", "email": "thief@example.com"})

    customer.refresh_from_db()
    assert customer.email == "customer@example.com"
    assert "Type your password to change your e-mail address." in page.content.decode()


def test_a_name_changes_without_it(browser, customer):
    browser.post(reverse("customer:profile-update"), {"first_name": "Ada", "email": customer.email})

    customer.refresh_from_db()
    assert customer.first_name == "Ada"

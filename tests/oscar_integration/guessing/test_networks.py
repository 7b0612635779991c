"""Whoever has many addresses: the networks of IPv6, browsers that come from everywhere, attacks from all sides."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from oscar_integration.guessing.address import wider_networks
from oscar_integration.models import CodeAttempts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limits(settings):
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 5
    settings.ACCOUNTS_GUESSES_PER_NETWORK = {56: 8, 48: 12}
    settings.ACCOUNTS_GUESSING_ALARM = None


def test_an_address_of_ipv6_is_in_wider_networks():
    assert wider_networks("2001:db8:1:ab12::/64") == ["2001:db8:1:ab00::/56", "2001:db8:1::/48"]


def test_an_address_of_ipv4_is_in_none():
    assert wider_networks("192.0.2.1") == []


def test_a_socket_on_this_machine_is_in_none():
    assert wider_networks("unix") == []


def test_the_households_of_a_56_have_a_limit_together(request_from, outcome_of):
    outcomes = [outcome_of(request_from(f"2001:db8:1:ab{n:02x}::1"), "WRONG") for n in range(10)]

    assert outcomes == ["refused"] * 8 + ["blocked"] * 2


def test_the_households_of_a_48_have_a_limit_together(request_from, outcome_of):
    outcomes = [outcome_of(request_from(f"2001:db8:1:{n:02x}00::1"), "WRONG") for n in range(14)]

    assert outcomes == ["refused"] * 12 + ["blocked"] * 2


def test_other_networks_can_still_try(request_from, outcome_of):
    for n in range(14):
        outcome_of(request_from(f"2001:db8:1:{n:02x}00::1"), "WRONG")

    assert outcome_of(request_from("2001:db8:2::1"), "WRONG") == "refused"


def test_a_network_whose_bits_have_no_limit_is_not_blocked(request_from, outcome_of, settings):
    settings.ACCOUNTS_GUESSES_PER_NETWORK = {}

    outcomes = {outcome_of(request_from(f"2001:db8:1:{n:02x}00::1"), "WRONG") for n in range(14)}

    assert outcomes == {"refused"}


@pytest.mark.parametrize("page", ["managed_accounts:balance"])
def test_a_browser_counts_by_its_session_wherever_it_comes_from(page, settings):
    settings.ACCOUNTS_GUESSES_PER_SESSION = 3
    browser = Client()

    answers = [browser.post(reverse(page), {"code": "WRONG"}, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(6)]

    assert answers == [200] * 4 + [429] * 2  # the first attempt is what the session begins with


def test_whoever_is_blocked_begins_no_sessions(request_from, outcome_of, django_user_model):
    from django.contrib.sessions.models import Session

    for _attempt in range(9):
        Client().post(reverse("managed_accounts:balance"), {"code": "WRONG"})

    assert Session.objects.count() == 5


def test_from_the_alarm_on_everybody_has_fewer_attempts(request_from, outcome_of, settings):
    settings.ACCOUNTS_GUESSING_ALARM, settings.ACCOUNTS_GUESSING_BRAKE = 4, 5
    for n in range(4):
        outcome_of(request_from(f"198.51.100.{n}"), "WRONG")

    outcomes = [outcome_of(request_from("192.0.2.1"), "WRONG") for _ in range(3)]

    assert outcomes == ["refused"] + ["blocked"] * 2


def test_before_the_alarm_nobody_is_slowed_down(request_from, outcome_of, settings):
    settings.ACCOUNTS_GUESSING_ALARM, settings.ACCOUNTS_GUESSING_BRAKE = 100, 5

    assert [outcome_of(request_from("192.0.2.1"), "WRONG") for _ in range(6)] == ["refused"] * 5 + ["blocked"]


def test_the_right_code_is_found_in_spite_of_the_brake(request_from, outcome_of, settings, gift_card):
    settings.ACCOUNTS_GUESSING_ALARM = 4
    card = gift_card()
    for n in range(5):
        outcome_of(request_from(f"198.51.100.{n}"), "WRONG")

    assert outcome_of(request_from("192.0.2.1"), card.code) == card


def test_the_brake_ends_with_the_window(request_from, outcome_of, settings):
    settings.ACCOUNTS_GUESSING_ALARM = 4
    for n in range(4):
        outcome_of(request_from(f"198.51.100.{n}"), "WRONG")
    CodeAttempts.objects.filter(scope="everywhere").update(window_started="2026-01-01T00:00Z")

    assert [outcome_of(request_from("192.0.2.1"), "WRONG") for _ in range(3)] == ["refused"] * 3

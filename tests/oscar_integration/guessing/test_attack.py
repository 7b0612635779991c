"""A short form of `make attack`: whatever way one guesses, no more codes are looked up than the limits say."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from benchmarks.attack import attack
from oscar_integration.models import CodeAttempts

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(settings, gift_card):
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 4
    settings.ACCOUNTS_GUESSES_PER_SESSION = 3
    settings.ACCOUNTS_GUESSES_PER_USER = 2
    settings.ACCOUNTS_GUESSES_PER_NETWORK = {56: 5, 48: 6}
    settings.ACCOUNTS_GUESSING_ALARM = 20
    settings.ACCOUNTS_GUESSING_BRAKE = 1  # each way is tried as if it were the only one
    gift_card()
    users = [get_user_model().objects.create_user(f"shopper{n}") for n in range(3)]
    return attack(attempts=160, addresses=3, users=users)


def test_no_way_of_guessing_gets_past_the_limits(report):
    looked_up = {outcome.strategy: (outcome.evaluated, outcome.most) for outcome in report.outcomes}

    assert all(evaluated <= most for evaluated, most in looked_up.values()), looked_up
    assert report.holds


def test_the_limits_refuse_nobody_too_early(report):
    assert [outcome.evaluated for outcome in report.outcomes] == [3, 4, 4, 4, 4, 5, 5, 2, 4, 12]


def test_the_alarm_is_raised_once(report):
    assert report.alarms == 1


def test_whoever_is_blocked_fills_no_table(report):
    assert report.counters < 160 / 3
    assert report.counters_a_day_later == CodeAttempts.objects.count() == 0

"""How many codes one can try, and for how long one has to wait then."""

from __future__ import annotations

import datetime
import itertools

import pytest
import time_machine

from accounts_ledger import exceptions
from oscar_integration import guessing
from oscar_integration.guessing import counting, keeping
from oscar_integration.models import CodeAttempts

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def low_limits(settings):
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 4
    settings.ACCOUNTS_GUESSES_PER_SESSION = 3
    settings.ACCOUNTS_GUESSES_PER_USER = 2
    settings.ACCOUNTS_GUESSING_ALARM = None


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_an_address_can_try_so_many_codes(request_from, outcome_of):
    outcomes = [outcome_of(request_from(), "WRONG") for _ in range(6)]

    assert outcomes == ["refused"] * 4 + ["blocked"] * 2


def test_a_session_can_try_so_many_codes_from_wherever(request_from, outcome_of):
    outcomes = [outcome_of(request_from(f"192.0.2.{n}", session="one"), "WRONG") for n in range(5)]

    assert outcomes == ["refused"] * 3 + ["blocked"] * 2


def test_a_user_can_try_so_many_codes_from_wherever(request_from, outcome_of, customer):
    outcomes = [outcome_of(request_from(f"192.0.2.{n}", f"s{n}", customer), "WRONG") for n in range(4)]

    assert outcomes == ["refused"] * 2 + ["blocked"] * 2


def test_others_can_still_try(request_from, outcome_of):
    for _ in range(6):
        outcome_of(request_from(), "WRONG")

    assert outcome_of(request_from("198.51.100.7"), "WRONG") == "refused"


def test_while_one_waits_the_right_code_is_refused_too(request_from, outcome_of, gift_card):
    card = gift_card()
    for _ in range(5):
        outcome_of(request_from(), "WRONG")

    assert outcome_of(request_from(), card.code) == "blocked"


def test_after_the_wait_one_can_try_again(request_from, outcome_of, gift_card, clock):
    card = gift_card()
    for _ in range(5):
        outcome_of(request_from(), "WRONG")

    clock.shift(datetime.timedelta(minutes=15, seconds=1))

    assert outcome_of(request_from(), card.code) == card


def test_the_message_says_for_how_long_to_wait(request_from, outcome_of, clock):
    for _ in range(5):
        outcome_of(request_from(), "WRONG")
    clock.shift(datetime.timedelta(minutes=5))

    with pytest.raises(guessing.TooManyAttempts, match="in 10 minutes"):
        guessing.account_for_code(request_from(), "WRONG", "GBP")


def test_each_wait_is_twice_as_long_up_to_a_day(request_from, clock):
    waits = []
    for _ in range(9):
        while True:
            wait = counting.reserve(counting.subjects_of(request_from()))
            if wait:
                break
        waits.append(wait.total_seconds() / 60)
        clock.shift(wait + datetime.timedelta(seconds=1))

    assert waits == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def test_failures_of_more_than_an_hour_ago_do_not_count(request_from, outcome_of, clock):
    for _ in range(4):
        outcome_of(request_from(), "WRONG")
    clock.shift(datetime.timedelta(minutes=61))

    assert outcome_of(request_from(), "WRONG") == "refused"


def test_right_codes_do_not_count(request_from, outcome_of, gift_card):
    card = gift_card()

    assert [outcome_of(request_from(), card.code) for _ in range(9)] == [card] * 9


def test_a_right_code_in_between_does_not_wipe_the_slate(request_from, outcome_of, gift_card):
    """Else somebody with one card of their own could try codes for ever."""
    card = gift_card()

    outcomes = [outcome_of(request_from(), code) for code in ["WRONG", card.code] * 5]

    assert outcomes[::2] == ["refused"] * 4 + ["blocked"]


def test_a_refusal_that_only_the_owner_is_told_does_not_count(request_from, customer, gift_card):
    card = gift_card(primary_user=customer, end_date=datetime.date(2020, 1, 1))
    request = request_from(user=customer)

    for _ in range(5):
        with pytest.raises(exceptions.InactiveAccount):
            guessing.account_for_code(request, card.code, "GBP")


def test_an_offices_block_does_not_spread_to_its_people(request_from, outcome_of, customer):
    for _ in range(5):
        outcome_of(request_from(), "WRONG")
    for _ in range(9):
        outcome_of(request_from(user=customer), "WRONG")

    assert outcome_of(request_from("198.51.100.7", user=customer), "WRONG") == "refused"


def test_staff_can_unblock(request_from, outcome_of):
    for _ in range(5):
        outcome_of(request_from(), "WRONG")

    counting.unblock(list(CodeAttempts.objects.all()))

    assert outcome_of(request_from(), "WRONG") == "refused"


def test_whoever_was_unblocked_has_all_attempts_and_the_shortest_wait_again(request_from, clock):
    subjects = counting.subjects_of(request_from())
    for _ in range(5):
        counting.reserve(subjects)

    counting.unblock(list(CodeAttempts.objects.all()))

    waits = [counting.reserve(subjects) for _ in range(5)]
    assert waits == [None, None, None, None, datetime.timedelta(minutes=15)]


def test_a_right_code_that_was_under_way_while_staff_unblocked_is_given_back_once(request_from):
    subjects = counting.subjects_of(request_from())
    counting.reserve(subjects)
    counting.unblock(list(CodeAttempts.objects.all()))

    counting.give_back(subjects)

    assert CodeAttempts.objects.get().failures == 0


def test_no_limit_is_none(request_from, outcome_of, settings):
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = None

    assert {outcome_of(request_from(), "WRONG") for _ in range(30)} == {"refused"}


def test_a_sessions_key_is_not_stored(request_from, outcome_of):
    outcome_of(request_from(session="let-me-in"), "WRONG")

    assert not CodeAttempts.objects.filter(subject__contains="let-me-in").exists()


def test_counters_of_days_ago_are_deleted(request_from, outcome_of, clock):
    for n in range(5):
        outcome_of(request_from(f"192.0.2.{n}"), "WRONG")
    clock.shift(datetime.timedelta(days=2))

    keeping.prune(NOON + datetime.timedelta(days=2))

    assert not CodeAttempts.objects.exists()


def test_a_running_block_is_kept(request_from, outcome_of, settings, clock):
    settings.ACCOUNTS_GUESSING_WAIT = settings.ACCOUNTS_GUESSING_LONGEST_WAIT = 7 * 86_400
    for _ in range(5):
        outcome_of(request_from(), "WRONG")
    clock.shift(datetime.timedelta(days=2))

    keeping.prune(NOON + datetime.timedelta(days=2))

    assert outcome_of(request_from(), "WRONG") == "blocked"


def test_there_are_never_many_more_counters_than_the_most(request_from, settings):
    settings.ACCOUNTS_GUESSING_MAX_COUNTERS = 20
    for a, b in itertools.product(range(5), range(50)):
        counting.reserve(counting.subjects_of(request_from(f"192.0.{a}.{b}")))

    assert CodeAttempts.objects.count() <= 20 + 50

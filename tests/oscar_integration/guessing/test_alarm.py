"""An attack from many addresses, none of which tries too much."""

from __future__ import annotations

import datetime
import logging

import pytest
import time_machine
from django.core import mail

from oscar_integration.guessing import alarm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def threshold(settings):
    settings.ACCOUNTS_GUESSING_ALARM = 30
    settings.ADMINS = [("Operator", "operator@example.com")]
    logging.getLogger("oscar_integration").propagate = True
    yield
    logging.getLogger("oscar_integration").propagate = False


def attack(request_from, outcome_of, attempts):
    for number in range(attempts):
        outcome_of(request_from(f"192.0.{number // 250}.{number % 250}"), f"GUESS{number}")


def test_it_raises_an_alarm(request_from, outcome_of, caplog):
    attack(request_from, outcome_of, 30)

    assert "30 failed attempts from 30 addresses" in caplog.text
    assert mail.outbox[0].to == ["operator@example.com"]
    assert "from 30 addresses" in mail.outbox[0].body


def test_less_than_that_is_every_days_business(request_from, outcome_of):
    attack(request_from, outcome_of, 29)

    assert mail.outbox == []


def test_one_alarm_a_window_is_enough(request_from, outcome_of):
    attack(request_from, outcome_of, 95)

    assert len(mail.outbox) == 1


def test_an_attack_that_goes_on_raises_the_alarm_again_in_the_next_window(request_from, outcome_of):
    with time_machine.travel(datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC), tick=False) as clock:
        attack(request_from, outcome_of, 31)
        clock.shift(datetime.timedelta(minutes=61))
        attack(request_from, outcome_of, 31)

    assert len(mail.outbox) == 2


def test_shoppers_do_not_suffer_from_a_broken_mail_server(request_from, outcome_of, monkeypatch, caplog):
    def refuse(*args):
        raise ConnectionRefusedError

    monkeypatch.setattr(alarm, "mail_admins", refuse)
    attack(request_from, outcome_of, 29)

    assert outcome_of(request_from("198.51.100.7"), "GUESS") == "refused"
    assert "could not be mailed" in caplog.text


def test_right_codes_raise_no_alarm(request_from, outcome_of, gift_card):
    card = gift_card()
    for _ in range(40):
        outcome_of(request_from(), card.code)

    assert mail.outbox == []

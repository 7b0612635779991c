"""Many attempts at the same moment."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from oscar_integration.guessing import counting
from oscar_integration.models import CodeAttempts
from tests.concurrency.waiting import until_somebody_waits_for_a_lock


@pytest.mark.django_db(transaction=True)
def test_no_more_pass_than_the_limit_however_many_come_at_once(request_from, settings):
    """None of them has failed yet when the others ask: so they are counted before the look-up."""
    if connection.vendor == "sqlite":
        pytest.skip("an SQLite database in memory has one connection; its one writer at a time is the same lock")
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 10

    def ask(number):
        try:
            return counting.reserve(counting.subjects_of(request_from(session=f"session {number}")))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(ask, range(40)))

    assert waits.count(None) == 10
    assert CodeAttempts.objects.get(scope="address").blocks == 1


@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_waited_for_the_first_counter_obeys_the_block_that_it_finds_there(request_from):
    """The waiting attempt looked before there was a counter: it must look again once it has it."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: nobody looks while another's counter is not there yet")
    subjects = counting.subjects_of(request_from())
    in_an_hour = timezone.now() + datetime.timedelta(hours=1)

    def ask():
        try:
            return counting.reserve(subjects)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            for scope, subject in subjects:
                CodeAttempts.objects.create(
                    scope=scope, subject=subject, window_started=timezone.now(), blocked_until=in_an_hour
                )
            waiting = threads.submit(ask)
            until_somebody_waits_for_a_lock()
        wait = waiting.result(timeout=60)

    assert wait is not None


@pytest.mark.django_db
def test_attempts_that_are_under_way_count(request_from, settings):
    settings.ACCOUNTS_GUESSES_PER_ADDRESS = 10
    subjects = counting.subjects_of(request_from())

    under_way = [counting.reserve(subjects) for _ in range(12)]

    assert under_way.count(None) == 10

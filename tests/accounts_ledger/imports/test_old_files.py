"""A file of cards that is neither loaded nor cancelled is forgotten after some weeks: it is full of codes."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from accounts_ledger.models import BatchContent, GiftCardBatch
from tests.accounts_ledger.imports.test_loading import TWO

pytestmark = pytest.mark.usefixtures("books")
State = GiftCardBatch.State


def night_after(days):
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days)):
        call_command("close_expired_accounts", verbosity=0)


def state_of(batch):
    return GiftCardBatch.objects.get(pk=batch.pk).state


def has_contents(batch):
    return BatchContent.objects.filter(batch=batch).exists()


@pytest.mark.parametrize("step", ["uploaded", "checked"])
def test_it_is_forgotten_and_its_batch_cancelled(request, step):
    batch = request.getfixturevalue(step)(TWO)

    night_after(31)

    assert (state_of(batch), has_contents(batch)) == (State.CANCELLED, False)
    assert any("forgotten" in event.what for event in batch.events.all())


def test_what_is_known_of_the_file_stays(checked):
    batch = checked(TWO)

    night_after(31)

    kept = GiftCardBatch.objects.get(pk=batch.pk)
    assert (kept.file_name, kept.checksum) == (batch.file_name, batch.checksum)


def test_until_then_it_stays(checked):
    batch = checked(TWO)

    night_after(29)

    assert (state_of(batch), has_contents(batch)) == (State.CHECKED, True)


def test_the_days_count_from_the_last_check(uploaded):
    batch = uploaded(TWO)
    GiftCardBatch.objects.filter(pk=batch.pk).update(
        date_created=timezone.now() - datetime.timedelta(days=60), date_checked=timezone.now()
    )

    night_after(1)

    assert has_contents(batch)


def test_one_whose_job_was_killed_is_no_exception(checked):
    batch = checked(TWO)
    GiftCardBatch.objects.filter(pk=batch.pk).update(state=State.LOADING, run="killed", heartbeat=timezone.now())

    night_after(31)

    assert (state_of(batch), has_contents(batch)) == (State.CANCELLED, False)


def test_one_that_is_being_worked_on_is_left_alone(checked):
    batch = checked(TWO)
    later = timezone.now() + datetime.timedelta(days=31)
    GiftCardBatch.objects.filter(pk=batch.pk).update(state=State.LOADING, run="alive", heartbeat=later)

    night_after(31)

    assert (state_of(batch), has_contents(batch)) == (State.LOADING, True)


def test_a_batch_that_was_loaded_stays_loaded(loaded):
    batch = loaded(TWO)

    night_after(31)

    assert state_of(batch) == State.LOADED


@pytest.mark.parametrize(("days", "kept"), [(None, True), (5, False)])
def test_the_shop_sets_for_how_many_days(checked, settings, days, kept):
    settings.ACCOUNTS_UPLOADS_KEPT_DAYS = days
    batch = checked(TWO)

    night_after(6)

    assert has_contents(batch) is kept

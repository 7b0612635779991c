"""How often, and how long apart, an act is tried that the database refuses for others' sake."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import OperationalError

from accounts_ledger.exceptions import ConcurrentUpdate
from accounts_ledger.posting import retry

OWN_TRANSACTION = SimpleNamespace(in_atomic_block=False)
CALLERS_TRANSACTION = SimpleNamespace(in_atomic_block=True)


class Act:
    """Refused as often as it is told to be, with *error*; then it returns how often it was tried."""

    def __init__(self, error: Exception, refusals: int) -> None:
        self.error, self.refusals, self.tries = error, refusals, 0

    def __call__(self) -> int:
        self.tries += 1
        if self.tries <= self.refusals:
            raise self.error
        return self.tries


def locked(refusals: int) -> Act:
    return Act(OperationalError("database is locked"), refusals)


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """The seconds that were slept, in which nothing is waited for."""
    slept: list[float] = []
    monkeypatch.setattr(retry.time, "sleep", slept.append)
    return slept


@pytest.mark.parametrize("error", [OperationalError("database is locked"), ConcurrentUpdate("others were first")])
def test_it_is_tried_five_times(error, pauses):
    assert retry.retry_on_conflict(OWN_TRANSACTION, Act(error, refusals=4)) == 5


def test_the_fifth_refusal_is_said_to_the_caller(pauses):
    act = locked(refusals=5)

    with pytest.raises(ConcurrentUpdate, match="Nothing was moved; please try again"):
        retry.retry_on_conflict(OWN_TRANSACTION, act)
    assert act.tries == 5


def test_it_is_tried_once_in_a_transaction_of_the_caller(pauses):
    act = locked(refusals=1)

    with pytest.raises(ConcurrentUpdate):
        retry.retry_on_conflict(CALLERS_TRANSACTION, act)
    assert (act.tries, pauses) == (1, [])


def test_other_errors_of_the_database_are_not_retried(pauses):
    act = Act(OperationalError("disk full"), refusals=1)

    with pytest.raises(OperationalError, match="disk full"):
        retry.retry_on_conflict(OWN_TRANSACTION, act)
    assert act.tries == 1


def test_what_succeeds_at_once_waits_for_nothing(pauses):
    assert retry.retry_on_conflict(OWN_TRANSACTION, locked(refusals=0)) == 1
    assert pauses == []


@pytest.mark.parametrize(
    ("end", "seconds"),
    [("shortest", [0.02, 0.04, 0.08, 0.16]), ("longest", [0.06, 0.12, 0.24, 0.48])],
)
def test_each_pause_is_twice_the_one_before_and_spread(end, seconds, pauses, monkeypatch):
    pick = {"shortest": min, "longest": max}[end]
    monkeypatch.setattr(retry.random, "uniform", lambda *bounds: pick(bounds))

    retry.retry_on_conflict(OWN_TRANSACTION, locked(refusals=4))

    assert pauses == pytest.approx(seconds)

"""Taking a load back is one act: reversed and closed, or neither; and safe to repeat from wherever it broke off."""

from contextlib import contextmanager
from decimal import Decimal as D

import pytest

from accounts_ledger import exceptions, facade, history
from accounts_ledger.imports import reverse
from accounts_ledger.models import Account, Transfer
from accounts_ledger.operations import take_back as operation
from tests.accounts_ledger.imports.conftest import checked, gift_cards, loaded, uploaded  # noqa: F401
from tests.accounts_ledger.imports.test_loading import TWO

pytestmark = pytest.mark.usefixtures("books")


class Killed(BaseException):
    """The machine is gone."""


def fail(*args, **kwargs):
    raise Killed


@contextmanager
def killed_in(monkeypatch, module, name, by=fail):
    """A block that does not survive the call of *name*."""
    with monkeypatch.context() as broken:
        broken.setattr(module, name, by)
        try:
            yield
        except Killed:
            return
    raise AssertionError(f"{name} was not called")


@pytest.fixture
def issued(bank):
    return facade.issue(bank, D("50.00"))


@pytest.fixture
def load(issued):
    return issued.destination_transfers.get()


def test_the_value_goes_back_and_the_account_is_closed(issued, load, bank, clerk):
    reversal = facade.take_back(load, user=clerk, reason="Never sold")

    issued.refresh_from_db()
    bank.refresh_from_db()
    assert (issued.status, issued.balance, bank.balance) == (Account.CLOSED, 0, 0)
    assert (reversal.kind, reversal.user, reversal.description) == ("reversal", clerk, "Never sold")
    assert issued.history.first().history_change_reason == "Never sold"


def test_taking_back_twice_takes_back_once(issued, load, bank):
    first = facade.take_back(load)

    assert facade.take_back(load) == first
    bank.refresh_from_db()
    assert bank.balance == 0


def test_a_used_account_is_not_taken_back(issued, load, redemptions, refused):
    facade.transfer(issued, redemptions, D("1.00"))

    with refused(exceptions.NotUndoable, "was used"):
        facade.take_back(load)


def test_an_account_with_a_hold_is_not_taken_back(issued, load, refused):
    facade.hold(issued, D("1.00"))

    with refused(exceptions.NotUndoable, "was used"):
        facade.take_back(load)


def test_a_frozen_account_is_not_taken_back(issued, load, refused):
    facade.freeze(issued)

    with refused(exceptions.FrozenAccount):
        facade.take_back(load)


@pytest.mark.parametrize(("module", "name"), [(operation, "close"), (operation, "reverse"), (history, "record")])
def test_a_failure_in_between_leaves_everything_as_it_was(issued, load, nothing_written, monkeypatch, module, name):
    with nothing_written(), killed_in(monkeypatch, module, name):
        facade.take_back(load)

    facade.take_back(load)
    issued.refresh_from_db()
    assert issued.is_closed()


def test_an_account_whose_load_was_reversed_but_which_stayed_open_is_closed(issued, load):
    reversal = facade.reverse(load)

    assert facade.take_back(load) == reversal
    issued.refresh_from_db()
    assert issued.is_closed()


def test_an_account_that_was_used_after_its_reversal_is_left_alone(issued, load, bank, refused):
    facade.reverse(load)
    facade.top_up(issued, bank, D("5.00"))

    with refused(exceptions.NotUndoable, "was used"):
        facade.take_back(load)


def test_a_batch_that_was_killed_between_two_cards_is_finished_by_the_next_run(loaded, bank, monkeypatch):  # noqa: F811
    batch = loaded(TWO)
    real, done = facade.take_back, []

    def once(*args, **kwargs):
        if done:
            raise Killed
        done.append(real(*args, **kwargs))

    with killed_in(monkeypatch, facade, "take_back", once):
        reverse.reverse(batch)
    assert batch.accounts.filter(status=Account.CLOSED).count() == 1

    report = reverse.reverse(batch)

    assert (report.reversed, report.spent, report.failed) == (1, 0, 0)
    assert_all_is_back(batch, bank)


@pytest.mark.parametrize("name", ["_return_to_source", "_note"])
def test_a_batch_that_was_killed_after_its_cards_is_finished_by_the_next_run(loaded, bank, monkeypatch, name):  # noqa: F811
    batch = loaded(TWO)
    with killed_in(monkeypatch, reverse, name):
        reverse.reverse(batch)

    reverse.reverse(batch)

    assert_all_is_back(batch, bank)


def test_cards_that_an_earlier_version_left_open_and_empty_are_closed_and_count_as_unused(loaded, bank):  # noqa: F811
    batch = loaded(TWO)
    facade.reverse(Transfer.objects.get(destination=batch.accounts.first(), kind="load"))

    report = reverse.reverse(batch)

    assert (report.reversed, report.spent, report.failed) == (2, 0, 0)
    assert_all_is_back(batch, bank)


def test_a_source_that_takes_nothing_back_is_reported_and_gets_its_money_with_the_next_run(loaded, bank):  # noqa: F811
    batch = loaded(TWO)
    Account.objects.filter(pk=bank.pk).update(status=Account.FROZEN)
    report = reverse.reverse(batch)
    assert (report.reversed, report.failed, report.failures[0][0]) == (2, 1, "Bank")
    Account.objects.filter(pk=bank.pk).update(status=Account.OPEN)

    reverse.reverse(batch)

    assert_all_is_back(batch, bank)


def assert_all_is_back(batch, bank):
    bank.refresh_from_db()
    batch.refresh_from_db()
    assert (bank.balance, batch.state) == (0, "reversed")
    assert set(batch.accounts.values_list("status", "balance")) == {(Account.CLOSED, D("0.00"))}

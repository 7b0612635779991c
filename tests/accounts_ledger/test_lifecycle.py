"""Freeze, thaw, extend, close: what staff do to an account, and what its history says about it."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from django.utils import timezone

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Transfer

pytestmark = pytest.mark.usefixtures("books")

DAY = datetime.timedelta(days=1)
ACTS = {
    "freeze": facade.freeze,
    "thaw": facade.thaw,
    "extend": lambda account, **more: facade.extend(account, None, **more),
    "close": facade.close,
    "replace": facade.replace,
}


def newest(account: Account):
    return account.history.first()


def test_a_frozen_account_can_be_thawed(card, redemptions):
    facade.freeze(card)
    facade.thaw(card)

    assert facade.transfer(card, redemptions, D("1.00"))


def test_the_history_says_who_did_it_and_why(card, clerk):
    for act, status in ((facade.freeze, Account.FROZEN), (facade.thaw, Account.OPEN)):
        act(card, user=clerk, reason=f"to {status}")
        change = newest(card)
        assert (change.status, change.history_user, change.history_change_reason) == (status, clerk, f"to {status}")


def test_a_frozen_account_is_not_frozen_again(card, refused):
    facade.freeze(card)

    with refused(exceptions.FrozenAccount):
        facade.freeze(card)


def test_an_open_account_is_not_thawed(card, refused):
    with refused(exceptions.NotFrozen):
        facade.thaw(card)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_closed_is_closed_for_good(act, make_card, refused):
    card = make_card("0.00", end_date=timezone.now() + DAY)
    facade.close(card)

    with refused(exceptions.ClosedAccount):
        act(card)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_the_accounts_that_the_system_relies_on_are_left_alone(act, bank, redemptions, refused):
    for account in (bank, redemptions):
        with refused(exceptions.ProtectedAccount):
            act(account)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_account_that_is_not_there_is_refused(act, db, refused):
    with refused(exceptions.AccountNotFound):
        act(Account())


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("reason", ["x" * 101, "\x00", "\ud800", 7], ids=repr)
def test_a_reason_that_cannot_be_stored_is_refused(act, reason, make_card, refused):
    card = make_card("0.00", end_date=timezone.now() + DAY)

    with refused(exceptions.InvalidText):
        act(card, reason=reason)


def test_an_end_can_be_put_off(make_card, clerk):
    card = make_card(end_date=datetime.date(2026, 1, 31))
    later = timezone.localdate() + 30 * DAY
    facade.extend(card, later, user=clerk, reason="Goodwill")

    assert card.is_active()
    assert timezone.localtime(card.end_date).date() == later + DAY
    assert newest(card).history_change_reason == "Goodwill"


def test_an_end_can_be_lifted(make_card):
    card = make_card(end_date=timezone.now() - DAY)
    facade.extend(card, None)

    assert card.end_date is None
    assert card.is_active()


@pytest.mark.parametrize("days", [-1, 0, 5])
def test_an_end_is_not_brought_forward(days, make_card, refused):
    card = make_card(end_date=timezone.now() + 5 * DAY)

    with refused(exceptions.InvalidDate):
        facade.extend(card, timezone.now() + (days - 1) * DAY)


def test_an_end_is_not_put_off_into_the_past(make_card, refused):
    card = make_card(end_date=timezone.now() - 10 * DAY)

    with refused(exceptions.InvalidDate):
        facade.extend(card, timezone.now() - 5 * DAY)


def test_an_account_without_an_end_is_not_extended(card, refused):
    with refused(exceptions.InvalidDate):
        facade.extend(card, timezone.now() + DAY)


def test_what_is_left_goes_where_it_is_sent_when_an_account_is_closed(card, bank, clerk):
    facade.close(card, user=clerk, reason="Paid out", remainder_to=bank)

    withdrawal = card.source_transfers.get()
    assert (withdrawal.kind, withdrawal.amount, withdrawal.user) == (Transfer.Kind.WITHDRAWAL, D("50.00"), clerk)
    assert (card.status, card.balance, newest(card).history_change_reason) == (Account.CLOSED, 0, "Paid out")


def test_an_account_with_value_is_not_closed_without_saying_where_it_goes(card, refused):
    with refused(exceptions.AccountNotEmpty):
        facade.close(card)


def test_an_account_that_owes_money_is_not_closed(make_card, redemptions, bank, refused):
    card = make_card("0.00", credit_limit=D("10.00"))
    facade.transfer(card, redemptions, D("3.00"))

    with refused(exceptions.AccountNotEmpty, match=r"3\.00"):
        facade.close(card, remainder_to=bank)


def test_a_frozen_account_with_value_is_not_closed_but_an_empty_one_is(card, make_card, bank, refused):
    facade.freeze(card)
    empty = facade.freeze(make_card("0.00"))

    with refused(exceptions.FrozenAccount):
        facade.close(card, remainder_to=bank)
    assert facade.close(empty).is_closed()


def test_a_replacement_is_made_once(card):
    new = facade.replace(card)

    assert facade.replace(card) == new
    assert facade.replace(Account.objects.get(pk=card.pk)) == new
    assert new.balance == D("50.00")


def test_an_account_with_value_on_hold_is_not_replaced(card, refused):
    facade.hold(card, D("1.00"))

    with refused(exceptions.AccountNotEmpty):
        facade.replace(card)


def test_a_stale_instance_does_not_decide(card, refused):
    stale = Account.objects.get(pk=card.pk)
    facade.freeze(card)

    with refused(exceptions.FrozenAccount):
        facade.freeze(stale)


def test_value_is_paid_out_by_a_withdrawal(card, bank, refused):
    withdrawal = facade.withdraw(card, bank, D("20.00"))

    assert (withdrawal.kind, card.balance) == (Transfer.Kind.WITHDRAWAL, D("30.00"))
    with refused(exceptions.InsufficientFunds):
        facade.withdraw(card, bank, D("30.01"))

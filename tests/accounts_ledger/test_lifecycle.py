"""Freezing, thawing, extending, closing and replacing accounts through the facade."""

import datetime
from decimal import Decimal as D

import pytest
from django.utils import timezone

from accounts_ledger import dates, exceptions, facade
from accounts_ledger.models import Account, Transfer

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def card(bank):
    return facade.issue(bank, D("50.00"), end_date=timezone.localdate() + datetime.timedelta(days=5), name="Gift")


def test_nothing_moves_on_a_frozen_account(card, bank):
    facade.freeze(card)

    with pytest.raises(exceptions.FrozenAccount):
        facade.top_up(card, bank, D("1"))
    with pytest.raises(exceptions.FrozenAccount):
        facade.withdraw(card, bank, D("1"))


def test_a_thawed_account_moves_again(card, bank):
    facade.thaw(facade.freeze(card))

    facade.withdraw(card, bank, D("1"))


def test_freezing_a_frozen_account_is_refused(card):
    facade.freeze(card)

    with pytest.raises(exceptions.FrozenAccount):
        facade.freeze(card)


def test_thawing_an_open_account_is_refused(card):
    with pytest.raises(exceptions.NotFrozen):
        facade.thaw(card)


def test_a_stale_instance_cannot_undo_what_happened_meanwhile(card, bank):
    stale = Account.objects.get(pk=card.pk)
    facade.top_up(card, bank, D("5"))

    facade.freeze(stale)

    card.refresh_from_db()
    assert (card.balance, stale.balance, stale.status) == (D("55.00"), D("55.00"), Account.FROZEN)


def test_the_history_says_who_and_why(card, make_user):
    clerk = make_user("clerk")

    facade.freeze(card, clerk, "Reported stolen")

    newest = card.history.first()
    assert (newest.history_user, newest.history_change_reason) == (clerk, "Reported stolen")


@pytest.mark.parametrize("reason", ["x" * 101, "nul \x00"])
@pytest.mark.parametrize("act", [facade.freeze, facade.close, facade.replace])
def test_a_reason_that_cannot_be_stored_is_refused(card, act, reason):
    with pytest.raises(exceptions.InvalidText):
        act(card, reason=reason)

    card.refresh_from_db()
    assert card.is_open()


@pytest.mark.parametrize("act", [facade.freeze, facade.thaw, facade.close, facade.replace])
def test_core_accounts_are_protected(bank, act):
    with pytest.raises(exceptions.ProtectedAccount):
        act(bank)


@pytest.mark.parametrize("act", [facade.freeze, facade.thaw, facade.close, facade.replace])
def test_closed_accounts_stay_closed(card, bank, act):
    facade.close(card, remainder_to=bank)

    with pytest.raises(exceptions.ClosedAccount):
        act(card)


def test_an_account_that_was_never_saved_does_not_exist():
    with pytest.raises(exceptions.AccountNotFound):
        facade.freeze(Account())


def test_an_extension_reaches_through_the_given_day(card):
    day = timezone.localdate() + datetime.timedelta(days=30)

    facade.extend(card, day)

    assert timezone.localtime(card.end_date).date() == day + datetime.timedelta(days=1)


def test_an_extension_without_a_day_takes_the_end_away(card):
    facade.extend(card, None)

    card.refresh_from_db()
    assert card.end_date is None


def test_an_expired_account_cannot_be_extended_into_the_past(card):
    Account.objects.filter(pk=card.pk).update(end_date=timezone.now() - datetime.timedelta(days=9))

    with pytest.raises(exceptions.InvalidDate):
        facade.extend(card, timezone.localdate() - datetime.timedelta(days=2))


def test_an_account_is_not_extended_to_an_earlier_day(card):
    with pytest.raises(exceptions.InvalidDate):
        facade.extend(card, timezone.localdate() + datetime.timedelta(days=4))


def test_an_account_with_value_is_not_closed_without_saying_where_it_goes(card):
    with pytest.raises(exceptions.AccountNotEmpty):
        facade.close(card)

    card.refresh_from_db()
    assert (card.status, card.balance) == (Account.OPEN, D("50.00"))


def test_closing_moves_what_is_left_in_the_same_act(card, bank):
    facade.close(card, remainder_to=bank, reason="Customer asked for it")

    transfer = Transfer.objects.get(kind=Transfer.Kind.WITHDRAWAL)
    assert (transfer.amount, transfer.destination, transfer.description) == (D("50.00"), bank, "Customer asked for it")
    assert (card.status, card.balance) == (Account.CLOSED, D("0.00"))


def test_a_frozen_account_with_value_is_not_closed(card, bank):
    facade.freeze(card)

    with pytest.raises(exceptions.FrozenAccount):
        facade.close(card, remainder_to=bank)

    card.refresh_from_db()
    assert card.is_frozen()


@pytest.mark.parametrize("act", [facade.close, facade.replace])
def test_an_account_with_holds_is_neither_closed_nor_replaced(card, act):
    facade.hold(card, D("5"))

    with pytest.raises(exceptions.AccountNotEmpty):
        act(card)

    assert Account.objects.filter(chart_code=None).count() == 1


def test_an_account_that_owes_money_is_neither_closed_nor_replaced(bank):
    debtor = Account.objects.create(credit_limit=D("10"))
    facade.transfer(debtor, bank, D("4"), as_staff=True)

    for act in (facade.close, facade.replace):
        with pytest.raises(exceptions.AccountNotEmpty):
            act(debtor)


def test_a_replacement_takes_over_everything_but_the_code(card, make_user):
    friend = make_user("friend")
    card.secondary_users.add(friend)
    end = card.end_date

    new = facade.replace(card, reason="Lost")

    assert (new.balance, new.name, new.end_date, list(new.secondary_users.all())) == (D("50.00"), "Gift", end, [friend])
    assert new.code != card.code
    assert (card.status, card.balance, card.replaced_by) == (Account.CLOSED, D("0.00"), new)
    assert card.name == f"Gift (replaced, #{card.pk})"


def test_a_frozen_card_can_be_replaced(card):
    new = facade.replace(facade.freeze(card))

    assert (new.status, new.balance) == (Account.OPEN, D("50.00"))


def test_an_empty_card_can_be_replaced(bank):
    empty = Account.objects.create(code="EMPTY1234567")

    assert facade.replace(empty).balance == D("0")


def test_a_card_is_replaced_once(card):
    assert facade.replace(card) == facade.replace(card)


def test_the_longest_name_leaves_room_for_what_was_replaced(bank):
    card = facade.issue(bank, D("5"), name="x" * 128)

    facade.replace(card)

    assert len(card.name) == 128


# --- Many at once ----------------------------------------------------------------------------------


def test_many_accounts_are_frozen_at_once_and_the_report_says_why_others_were_not(make_card, bank, clerk, books):
    open_one, frozen, closed = make_card("10.00"), make_card("10.00"), make_card("0.00")
    facade.freeze(frozen)
    facade.close(closed)

    report = facade.freeze_many([open_one, frozen, closed, bank], clerk, "Stolen")

    assert report.changed == [open_one]
    assert [(account, type(refusal)) for account, refusal in report.refused] == [
        (frozen, exceptions.FrozenAccount),
        (closed, exceptions.ClosedAccount),
        (bank, exceptions.ProtectedAccount),
    ]
    assert open_one.is_frozen(), "the instance says so"
    newest = open_one.history.latest()
    assert (newest.status, newest.history_user, newest.history_change_reason) == (Account.FROZEN, clerk, "Stolen")
    assert frozen.history.count() == 2, "and nothing is noted of the others"


def test_many_frozen_accounts_are_thawed_at_once(make_card, books):
    cards = [make_card("10.00") for _ in range(3)]
    facade.freeze_many(cards[:2])

    report = facade.thaw_many(cards)

    assert report.changed == cards[:2]
    assert [type(refusal) for _account, refusal in report.refused] == [exceptions.NotFrozen]


def test_many_accounts_get_one_end_unless_theirs_is_later(make_card, books):
    today = timezone.localdate()
    soon = make_card("10.00", end_date=dates.end_of(today + datetime.timedelta(days=1)))
    late = make_card("10.00", end_date=dates.end_of(today + datetime.timedelta(days=90)))

    report = facade.extend_many([soon, late], today + datetime.timedelta(days=30))

    assert report.changed == [soon]
    assert soon.end_date == dates.end_of(today + datetime.timedelta(days=30))
    assert [account for account, _refusal in report.refused] == [late]


def test_an_account_that_is_gone_is_reported_and_the_others_are_changed(make_card, books):
    card, gone = make_card("10.00"), make_card("0.00")
    Account.objects.filter(pk=gone.pk).delete()

    report = facade.freeze_many([gone, card])

    assert report.changed == [card]
    assert [type(refusal) for _account, refusal in report.refused] == [exceptions.AccountNotFound]


def test_the_number_of_statements_does_not_grow_with_the_accounts(make_card, books, django_assert_max_num_queries):
    cards = [make_card("10.00") for _ in range(20)]

    with django_assert_max_num_queries(9):
        facade.freeze_many(cards)

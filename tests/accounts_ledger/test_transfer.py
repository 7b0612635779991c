"""The contract of posting one transfer, kept by both engines."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_ledger import clock, exceptions, facade, posting
from accounts_ledger.models import Account, Transaction, Transfer
from tests.accounts_ledger.conftest import on_postgresql

pytestmark = pytest.mark.usefixtures("books", "engine")


# --- What a transfer writes ------------------------------------------------------------------------


def test_moves_the_amount_from_source_to_destination(card, redemptions):
    facade.transfer(card, redemptions, D("30.00"))

    assert Account.objects.get(pk=card.pk).balance == D("20.00")
    assert Account.objects.get(pk=redemptions.pk).balance == D("30.00")


def test_the_passed_instances_carry_their_new_balances(card, redemptions):
    facade.transfer(card, redemptions, D("30.00"))

    assert (card.balance, card.sequence) == (D("20.00"), 2)
    assert (redemptions.balance, redemptions.sequence) == (D("30.00"), 1)


def test_has_two_transactions_that_sum_to_zero(card, redemptions):
    transfer = facade.transfer(card, redemptions, D("30.00"))

    amounts = dict(transfer.transactions.values_list("account", "amount"))
    assert amounts == {card.pk: D("-30.00"), redemptions.pk: D("30.00")}


def test_returns_what_the_database_has(card, redemptions, customer):
    returned = facade.transfer(
        card,
        redemptions,
        D("30.00"),
        user=customer,
        merchant_reference="100001",
        description="An order",
        idempotency_key="order-100001",
        kind=Transfer.Kind.REDEMPTION,
    )

    stored = Transfer.objects.get(pk=returned.pk)
    for field in Transfer._meta.concrete_fields:
        assert getattr(returned, field.attname) == getattr(stored, field.attname), field.name
    assert (stored.source, stored.destination, stored.amount) == (card, redemptions, D("30.00"))
    assert (stored.user, stored.username, stored.kind) == (customer, "customer", "redemption")
    assert (stored.merchant_reference, stored.description) == ("100001", "An order")


def test_all_but_accounts_and_amount_may_be_left_out(card, redemptions):
    transfer = Transfer.objects.get(pk=facade.transfer(card, redemptions, D("1.00")).pk)

    assert (transfer.kind, transfer.parent, transfer.user, transfer.username) == ("transfer", None, None, "")
    assert (transfer.merchant_reference, transfer.description, transfer.idempotency_key) == (None, None, None)


def test_an_integer_is_an_amount(card, redemptions):
    assert facade.transfer(card, redemptions, 30).amount == D("30.00")


def test_an_amount_is_quantised_to_the_currency(card, redemptions):
    transfer = facade.transfer(card, redemptions, D("3E+1"))

    assert str(transfer.amount) == "30.00"
    assert str(card.balance) == "20.00"


def test_the_whole_balance_can_be_spent(card, redemptions):
    facade.transfer(card, redemptions, D("50.00"))

    assert card.balance == 0


def test_a_credit_limit_can_be_used_up(make_card, redemptions):
    account = make_card("50.00", credit_limit=D("100.00"))

    facade.transfer(account, redemptions, D("150.00"))

    assert account.balance == D("-100.00")


def test_an_account_without_a_credit_limit_is_a_source_of_money(bank, card):
    facade.transfer(bank, card, D("1000000.00"))

    assert card.balance == D("1000050.00")


def test_running_balances_and_sequence_numbers_tell_the_story_of_an_account(card, redemptions, bank):
    facade.transfer(card, redemptions, D("30.00"))
    facade.transfer(bank, card, D("5.00"))

    told = card.transactions.order_by("sequence").values_list("sequence", "amount", "balance")
    assert list(told) == [(1, D("50.00"), D("50.00")), (2, D("-30.00"), D("20.00")), (3, D("5.00"), D("25.00"))]


def test_the_references_are_unguessable_and_unique(bank, card):
    references = {facade.transfer(bank, card, D("1.00")).reference for _ in range(10)}

    assert len(references) == 10
    assert all(len(reference) == 16 for reference in references)


def test_a_transfer_may_name_an_earlier_one_as_its_parent(card, redemptions):
    parent = facade.transfer(card, redemptions, D("30.00"))
    child = facade.transfer(redemptions, card, D("5.00"), parent=parent, kind=Transfer.Kind.ADJUSTMENT)

    assert Transfer.objects.get(pk=child.pk).parent == parent
    assert list(parent.related_transfers.all()) == [child]


@pytest.mark.parametrize("kind", [kind for kind in Transfer.Kind if kind not in Transfer.UNDOING])
def test_every_kind_is_kept(kind, card, redemptions):
    assert Transfer.objects.get(pk=facade.transfer(card, redemptions, D("1.00"), kind=kind).pk).kind == kind


def test_start_and_end_dates_do_not_block_a_transfer(make_card, redemptions):
    now = timezone.now()
    expired = make_card(end_date=now - datetime.timedelta(days=1))
    not_begun = make_card(start_date=now + datetime.timedelta(days=1))

    facade.transfer(expired, redemptions, D("10.00"))
    facade.transfer(not_begun, redemptions, D("10.00"))

    assert redemptions.balance == D("20.00")


def test_a_stale_instance_does_not_decide(card, redemptions):
    stale = Account.objects.get(pk=card.pk)
    facade.transfer(card, redemptions, D("50.00"))
    assert stale.balance == D("50.00")

    with pytest.raises(exceptions.InsufficientFunds):
        facade.transfer(stale, redemptions, D("10.00"))


def test_a_stale_instance_does_not_refuse_either(make_card, bank, redemptions):
    card = make_card("0.00")
    stale = Account.objects.get(pk=card.pk)
    facade.transfer(bank, card, D("10.00"))

    facade.transfer(stale, redemptions, D("10.00"))

    assert stale.balance == 0


# --- When ------------------------------------------------------------------------------------------


def test_is_dated_now(card, redemptions):
    before = timezone.now() - datetime.timedelta(seconds=1)
    transfer = facade.transfer(card, redemptions, D("1.00"))

    assert before <= transfer.date_created <= timezone.now() + datetime.timedelta(seconds=1)


def test_is_dated_by_the_clock_where_that_is_turned_back(card, redemptions):
    moment = datetime.datetime(2025, 3, 1, 12, tzinfo=datetime.UTC)
    with clock.at(moment):
        transfer = facade.transfer(card, redemptions, D("1.00"))

    assert Transfer.objects.get(pk=transfer.pk).date_created == moment
    assert set(transfer.transactions.values_list("date_created", flat=True)) == {moment}


def test_both_sides_have_the_date_of_the_transfer(card, redemptions):
    transfer = facade.transfer(card, redemptions, D("1.00"))

    assert set(transfer.transactions.values_list("date_created", flat=True)) == {transfer.date_created}


# --- Inside the caller's transaction ---------------------------------------------------------------


def test_is_undone_with_the_callers_transaction(card, redemptions, nothing_written):
    with nothing_written(), transaction.atomic():
        facade.transfer(card, redemptions, D("10.00"))
        transaction.set_rollback(True)  # as an exception would


def test_stays_when_a_nested_block_is_undone(card, redemptions):
    with transaction.atomic():
        facade.transfer(card, redemptions, D("10.00"))
        with transaction.atomic():
            facade.transfer(card, redemptions, D("10.00"))
            transaction.set_rollback(True)  # as an exception would

    assert Account.objects.get(pk=card.pk).balance == D("40.00")


def test_a_refusal_does_not_poison_the_callers_transaction(card, redemptions):
    with transaction.atomic():
        with pytest.raises(exceptions.InsufficientFunds):
            facade.transfer(card, redemptions, D("60.00"))
        facade.transfer(card, redemptions, D("10.00"))

    assert Account.objects.get(pk=card.pk).balance == D("40.00")


def test_a_conflict_does_not_poison_the_callers_transaction(card, redemptions):
    facade.transfer(card, redemptions, D("1.00"), idempotency_key="once")
    with transaction.atomic():
        with pytest.raises(exceptions.IdempotencyConflict):
            facade.transfer(card, redemptions, D("2.00"), idempotency_key="once")
        facade.transfer(card, redemptions, D("10.00"))

    assert Account.objects.get(pk=card.pk).balance == D("39.00")


def test_several_transfers_of_one_transaction_see_one_another(bank, make_card, redemptions):
    card = make_card("0.00")
    with transaction.atomic():
        facade.transfer(bank, card, D("10.00"))
        facade.transfer(card, redemptions, D("10.00"))
        with pytest.raises(exceptions.InsufficientFunds):
            facade.transfer(card, redemptions, D("0.01"))

    assert card.balance == 0


# --- What it costs ---------------------------------------------------------------------------------


def test_costs_the_same_whatever_came_before(bank, card, redemptions):
    with CaptureQueriesContext(connection) as at_first:
        facade.transfer(card, redemptions, D("1.00"))
    for _ in range(30):
        facade.transfer(card, redemptions, D("1.00"))
    with CaptureQueriesContext(connection) as later:
        facade.transfer(card, redemptions, D("1.00"))

    assert len(later) == len(at_first)
    assert len(later) <= 9  # savepoint, lock, id, two inserts, two updates, release; the clock on PostgreSQL


# --- The two engines -------------------------------------------------------------------------------


@on_postgresql
def test_postgresql_posts_by_its_own_engine_unless_told_otherwise(monkeypatch, card, redemptions):
    monkeypatch.undo()
    from accounts_ledger.posting import engine, postgresql

    assert engine._engine(posting.ledger_connection(), 1) is postgresql


def test_the_journal_has_nothing_but_pairs(card, redemptions):
    facade.transfer(card, redemptions, D("10.00"))
    with pytest.raises(exceptions.InsufficientFunds):
        facade.transfer(card, redemptions, D("60.00"))

    assert Transaction.objects.count() == 2 * Transfer.objects.count()

"""The contract of posting one transfer, kept by both engines."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

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


# --- Who -------------------------------------------------------------------------------------------


def test_the_owner_can_spend(make_card, redemptions, customer):
    facade.transfer(make_card(primary_user=customer), redemptions, D("1.00"), user=customer)

    assert redemptions.balance == D("1.00")


def test_somebody_else_cannot_spend_an_owned_account(make_card, redemptions, stranger, customer, refused):
    card = make_card(primary_user=customer)

    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=stranger)


def test_whom_it_is_shared_with_can_spend(make_card, redemptions, customer, stranger, refused):
    card = make_card()
    card.secondary_users.add(customer)

    facade.transfer(card, redemptions, D("1.00"), user=customer)
    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=stranger)


def test_the_owner_comes_before_whom_it_is_shared_with(make_card, redemptions, customer, stranger, refused):
    card = make_card(primary_user=customer)
    card.secondary_users.add(stranger)

    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=stranger)


def test_anybody_can_spend_an_account_without_users(card, redemptions, stranger):
    assert facade.transfer(card, redemptions, D("1.00"), user=stranger).user == stranger


def test_staff_can_move_money_of_any_account(make_card, redemptions, customer, clerk):
    card = make_card(primary_user=customer)

    assert facade.transfer(card, redemptions, D("1.00"), user=clerk, as_staff=True).username == "clerk"


def test_the_system_can_move_money_of_any_account(make_card, redemptions, customer):
    facade.transfer(make_card(primary_user=customer), redemptions, D("1.00"))

    assert redemptions.balance == D("1.00")


def test_a_guest_is_not_the_system(make_card, redemptions, customer, refused):
    card = make_card(primary_user=customer)

    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=AnonymousUser())


def test_a_guest_cannot_spend_a_shared_account(make_card, redemptions, customer, refused):
    card = make_card()
    card.secondary_users.add(customer)

    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=AnonymousUser())


def test_a_guest_can_spend_an_account_without_users(card, redemptions):
    transfer = Transfer.objects.get(pk=facade.transfer(card, redemptions, D("1.00"), user=AnonymousUser()).pk)

    assert (transfer.user, transfer.username) == (None, "")


def test_the_user_of_a_request_will_do(make_card, redemptions, customer):
    card = make_card(primary_user=customer)

    assert facade.transfer(card, redemptions, D("1.00"), user=SimpleLazyObject(lambda: customer)).user == customer


def test_the_name_of_the_user_survives_the_user(card, redemptions, customer):
    transfer = facade.transfer(card, redemptions, D("1.00"), user=customer)
    customer.delete()

    transfer.refresh_from_db()
    assert (transfer.user, transfer.username, transfer.authorisor_username) == (None, "customer", "customer")


# --- Idempotency -----------------------------------------------------------------------------------


def test_the_same_key_and_request_returns_the_first_transfer(card, redemptions):
    first = facade.transfer(card, redemptions, D("10.00"), idempotency_key="once", merchant_reference="1")
    second = facade.transfer(card, redemptions, D("10.00"), idempotency_key="once", merchant_reference="1")

    assert second == first
    assert second.reference == first.reference
    assert Account.objects.get(pk=card.pk).balance == D("40.00")


def test_a_repetition_lets_the_instances_carry_the_balances_of_now(card, redemptions):
    facade.transfer(card, redemptions, D("10.00"), idempotency_key="once")
    stale = Account.objects.get(pk=card.pk)
    facade.transfer(card, redemptions, D("5.00"))

    facade.transfer(stale, redemptions, D("10.00"), idempotency_key="once")

    assert (stale.balance, stale.sequence) == (D("35.00"), 3)


def test_a_repetition_succeeds_when_the_money_has_been_spent_and_the_account_is_closed(card, redemptions):
    first = facade.transfer(card, redemptions, D("50.00"), idempotency_key="once")
    facade.close(card)

    assert facade.transfer(card, redemptions, D("50.00"), idempotency_key="once") == first


@pytest.mark.parametrize(
    "change",
    [
        {"amount": D("11.00")},
        {"merchant_reference": "another order"},
        {"kind": Transfer.Kind.ADJUSTMENT},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_key_with_another_request_is_a_conflict(change, card, redemptions, refused):
    request = {"amount": D("10.00"), "merchant_reference": "order", "idempotency_key": "once"}
    facade.transfer(card, redemptions, **request)

    with refused(exceptions.IdempotencyConflict):
        facade.transfer(card, redemptions, **request | change)


def test_the_same_key_between_other_accounts_is_a_conflict(make_card, card, redemptions, lapsed, refused):
    facade.transfer(card, redemptions, D("10.00"), idempotency_key="once")
    another_card = make_card()

    with refused(exceptions.IdempotencyConflict):
        facade.transfer(another_card, redemptions, D("10.00"), idempotency_key="once")
    with refused(exceptions.IdempotencyConflict):
        facade.transfer(card, lapsed, D("10.00"), idempotency_key="once")


def test_the_same_key_with_another_parent_is_a_conflict(bank, card, redemptions, refused):
    parent = facade.transfer(bank, card, D("10.00"))
    facade.transfer(card, redemptions, D("10.00"), idempotency_key="once")

    with refused(exceptions.IdempotencyConflict):
        facade.transfer(card, redemptions, D("10.00"), idempotency_key="once", parent=parent)


def test_a_key_of_a_refused_transfer_can_be_used_again(card, redemptions, bank):
    with pytest.raises(exceptions.InsufficientFunds):
        facade.transfer(card, redemptions, D("60.00"), idempotency_key="once")
    facade.transfer(bank, card, D("10.00"))

    assert facade.transfer(card, redemptions, D("60.00"), idempotency_key="once").amount == D("60.00")


def test_an_empty_key_is_no_key(card, redemptions):
    first = facade.transfer(card, redemptions, D("10.00"), idempotency_key="")
    second = facade.transfer(card, redemptions, D("10.00"), idempotency_key="")

    assert first != second
    assert Transfer.objects.get(pk=second.pk).idempotency_key is None


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


# --- Refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "amount",
    [
        0,
        D("0.00"),
        -1,
        D("-0.01"),
        D("0.001"),
        D("10.005"),
        D("1E-400"),
        10.0,
        0.1,
        True,
        "10.00",
        b"10",
        None,
        [10],
        D("NaN"),
        D("sNaN"),
        D("-NaN"),
        D("Infinity"),
        D("-Infinity"),
        float("nan"),
        float("inf"),
        D("1000000000000.00"),
        D("1E+30"),
        10**400,
        1 + 0j,
    ],
    ids=lambda amount: repr(amount)[:20],
)
def test_what_is_not_an_amount_is_refused(amount, card, redemptions, refused):
    with refused(exceptions.InvalidAmount):
        facade.transfer(card, redemptions, amount)


@pytest.mark.parametrize("currency", ["JPY", "KRW"])
def test_more_decimals_than_the_currency_has_are_refused(currency, make_card, refused):
    source = Account.objects.create(currency=currency, credit_limit=None)
    destination = Account.objects.create(currency=currency)

    with refused(exceptions.InvalidAmount):
        facade.transfer(source, destination, D("10.50"))
    assert facade.transfer(source, destination, D("10.00")).amount == 10


def test_a_balance_beyond_what_can_be_stored_is_refused(bank, card, redemptions, refused):
    source = Account.objects.create(credit_limit=None)
    facade.transfer(source, card, D("999999999949.99"))

    with refused(exceptions.InvalidAmount):
        facade.transfer(bank, card, D("0.01"))


def test_a_debt_beyond_what_can_be_stored_is_refused(bank, card, refused):
    source = Account.objects.create(credit_limit=None)
    first, second = Account.objects.create(), Account.objects.create()
    facade.transfer(source, first, D("999999999999.99"))

    with refused(exceptions.InvalidAmount):
        facade.transfer(source, second, D("0.01"))


def test_the_same_account_on_both_sides_is_refused(card, refused):
    with refused(exceptions.SameAccount):
        facade.transfer(card, Account.objects.get(pk=card.pk), D("10.00"))


def test_an_account_that_was_not_saved_is_refused(card, refused):
    with refused(exceptions.AccountNotFound):
        facade.transfer(card, Account(), D("10.00"))
    with refused(exceptions.AccountNotFound):
        facade.transfer(Account(), card, D("10.00"))
    with refused(exceptions.AccountNotFound):
        facade.transfer(Account(), Account(), D("10.00"))


def test_an_account_that_is_gone_is_refused(card, refused):
    gone = Account.objects.create()
    Account.objects.filter(pk=gone.pk).delete()

    with refused(exceptions.AccountNotFound):
        facade.transfer(card, gone, D("10.00"))
    with refused(exceptions.AccountNotFound):
        facade.transfer(gone, card, D("10.00"))


@pytest.mark.parametrize(
    ("status", "exception"), [(Account.FROZEN, exceptions.FrozenAccount), (Account.CLOSED, exceptions.ClosedAccount)]
)
def test_an_account_that_is_not_open_is_refused_on_either_side(status, exception, card, bank, redemptions, refused):
    Account.objects.filter(pk=card.pk).update(status=status)

    with refused(exception):
        facade.transfer(card, redemptions, D("10.00"))
    with refused(exception):
        facade.transfer(bank, card, D("10.00"))


def test_the_refusal_of_a_frozen_account_is_one_of_an_inactive_account(card, redemptions):
    facade.freeze(card)

    with pytest.raises(exceptions.InactiveAccount):
        facade.transfer(card, redemptions, D("10.00"))


def test_accounts_of_different_currencies_are_refused(card, refused):
    euros = Account.objects.create(currency="EUR")

    with refused(exceptions.CurrencyMismatch):
        facade.transfer(card, euros, D("10.00"))


def test_more_than_is_available_is_refused(card, redemptions, refused):
    with refused(exceptions.InsufficientFunds, match=r"50\.00"):
        facade.transfer(card, redemptions, D("50.01"))


def test_more_than_the_credit_limit_allows_is_refused(make_card, redemptions, refused):
    account = make_card("50.00", credit_limit=D("100.00"))

    with refused(exceptions.InsufficientFunds):
        facade.transfer(account, redemptions, D("150.01"))


def test_held_value_is_not_available(card, redemptions, refused):
    facade.hold(card, D("45.00"))

    with refused(exceptions.InsufficientFunds):
        facade.transfer(card, redemptions, D("5.01"))
    facade.transfer(card, redemptions, D("5.00"))


@pytest.mark.parametrize(
    ("name", "longest"), [("merchant_reference", 128), ("description", 256), ("idempotency_key", 128)]
)
def test_a_text_that_is_too_long_is_refused(name, longest, card, redemptions, refused):
    with refused(exceptions.InvalidText):
        facade.transfer(card, redemptions, D("10.00"), **{name: "x" * (longest + 1)})
    facade.transfer(card, redemptions, D("10.00"), **{name: "é" * longest})


@pytest.mark.parametrize("name", ["merchant_reference", "description", "idempotency_key"])
@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x\udfff"], ids=["NUL", "surrogate", "low surrogate"])
def test_a_text_that_cannot_be_stored_is_refused(name, text, card, redemptions, refused):
    with refused(exceptions.InvalidText):
        facade.transfer(card, redemptions, D("10.00"), **{name: text})


@pytest.mark.parametrize("name", ["merchant_reference", "description", "idempotency_key"])
@pytest.mark.parametrize("value", [100001, b"100001", ["x"]], ids=repr)
def test_a_text_that_is_no_text_is_refused(name, value, card, redemptions, refused):
    with refused(exceptions.InvalidText):
        facade.transfer(card, redemptions, D("10.00"), **{name: value})


@pytest.mark.parametrize("kind", ["theft", "", None, "x" * 40, "Load"])
def test_an_unknown_kind_is_refused(kind, card, redemptions, refused):
    with refused(exceptions.InvalidKind):
        facade.transfer(card, redemptions, D("10.00"), kind=kind)


@pytest.mark.parametrize("kind", Transfer.UNDOING)
def test_refunds_and_reversals_are_not_made_by_transfer(kind, card, redemptions, refused):
    with refused(exceptions.InvalidKind):
        facade.transfer(card, redemptions, D("10.00"), kind=kind)


def test_a_refusal_leaves_the_passed_instances_alone(card, redemptions):
    with pytest.raises(exceptions.InsufficientFunds):
        facade.transfer(card, redemptions, D("60.00"))

    assert (card.balance, card.sequence, redemptions.balance) == (D("50.00"), 1, D("0.00"))


def test_neither_a_transfer_nor_its_refusal_writes_a_code_to_the_log(make_card, redemptions, caplog, monkeypatch):
    import logging

    monkeypatch.setattr(logging.getLogger("accounts_ledger"), "propagate", True)
    card = make_card(code="SECRET77CODE")
    with caplog.at_level("DEBUG", logger="accounts_ledger"):
        facade.transfer(card, redemptions, D("10.00"))
        with pytest.raises(exceptions.InsufficientFunds):
            facade.transfer(card, redemptions, D("60.00"))

    assert "refused" in caplog.text
    assert "SECRET77" not in caplog.text


# --- The two engines -------------------------------------------------------------------------------


@on_postgresql
def test_postgresql_posts_by_its_own_engine_unless_told_otherwise(monkeypatch, card, redemptions):
    monkeypatch.undo()
    from accounts_ledger.posting import engine, postgresql

    assert engine._engine(posting.ledger_connection()) is postgresql


def test_the_journal_has_nothing_but_pairs(card, redemptions):
    facade.transfer(card, redemptions, D("10.00"))
    with pytest.raises(exceptions.InsufficientFunds):
        facade.transfer(card, redemptions, D("60.00"))

    assert Transaction.objects.count() == 2 * Transfer.objects.count()

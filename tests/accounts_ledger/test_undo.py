"""Undoing transfers: whole and once by a reversal, in parts by refunds."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Transfer

pytestmark = pytest.mark.usefixtures("books", "engine")


@pytest.fixture
def order(card, redemptions) -> Transfer:
    """30.00 of the card's 50.00, spent on an order."""
    return facade.transfer(card, redemptions, D("30.00"), merchant_reference="100001", kind=Transfer.Kind.REDEMPTION)


# --- Reversal --------------------------------------------------------------------------------------


def test_a_reversal_moves_the_money_back(card, redemptions, order):
    facade.reverse(order)

    assert (card.balance, redemptions.balance) == (D("50.00"), D("0.00"))


def test_a_reversal_names_what_it_undoes(order, card, redemptions, clerk):
    reversal = Transfer.objects.get(pk=facade.reverse(order, user=clerk, description="Wrong card").pk)

    assert (reversal.parent, reversal.kind, reversal.amount) == (order, Transfer.Kind.REVERSAL, order.amount)
    assert (reversal.source, reversal.destination) == (redemptions, card)
    assert (reversal.user, reversal.description) == (clerk, "Wrong card")


def test_a_reversal_has_the_merchant_reference_of_its_parent_unless_it_is_given_its_own(order, card, redemptions):
    other = facade.transfer(card, redemptions, D("1.00"), merchant_reference="100002")

    assert facade.reverse(order).merchant_reference == "100001"
    assert facade.reverse(other, merchant_reference="RMA 7").merchant_reference == "RMA 7"


def test_a_transfer_is_reversed_once(order, refused):
    facade.reverse(order)

    with refused(exceptions.AlreadyReversed):
        facade.reverse(order)
    assert order.is_reversed()


def test_a_reversal_is_not_reversed(order, refused):
    reversal = facade.reverse(order)

    with refused(exceptions.NotUndoable):
        facade.reverse(reversal)


def test_what_was_refunded_in_part_is_not_reversed(order, refused):
    facade.refund(order, D("0.01"))

    with refused(exceptions.NotUndoable, match=r"29\.99"):
        facade.reverse(order)


def test_what_was_refunded_in_full_is_not_reversed(order, refused):
    facade.refund(order, D("30.00"))

    with refused(exceptions.NotUndoable):
        facade.reverse(order)


def test_spent_money_is_not_reversed(bank, redemptions, refused):
    card = Account.objects.create()
    load = facade.transfer(bank, card, D("50.00"))
    facade.transfer(card, redemptions, D("0.01"))

    with refused(exceptions.InsufficientFunds):
        facade.reverse(load)


@pytest.mark.parametrize(
    ("act", "exception"), [(facade.freeze, exceptions.FrozenAccount), (facade.close, exceptions.ClosedAccount)]
)
def test_nothing_is_given_back_to_an_account_that_is_not_open(act, exception, make_card, redemptions, refused):
    card = make_card("10.00")
    order = facade.transfer(card, redemptions, D("10.00"))
    act(card)

    with refused(exception):
        facade.reverse(order)
    with refused(exception):
        facade.refund(order, D("1.00"))


def test_the_accounts_users_are_not_asked(make_card, redemptions, customer, clerk):
    card = make_card(primary_user=customer)
    order = facade.transfer(card, redemptions, D("10.00"), user=customer)

    assert facade.reverse(order, user=clerk).username == "clerk"


def test_a_reversal_with_a_key_is_made_once_and_returned_again(order, card):
    first = facade.reverse(order, idempotency_key="undo")

    assert facade.reverse(order, idempotency_key="undo") == first
    assert card.balance == D("50.00")


# --- Refunds ---------------------------------------------------------------------------------------


def test_a_refund_moves_part_of_the_money_back(order, card, redemptions):
    refund = facade.refund(order, D("12.50"))

    assert (card.balance, redemptions.balance) == (D("32.50"), D("17.50"))
    assert (refund.kind, refund.parent, refund.merchant_reference) == (Transfer.Kind.REFUND, order, "100001")


def test_refunds_are_possible_up_to_the_amount_of_the_transfer(order, card, refused):
    assert order.max_refund() == D("30.00")
    facade.refund(order, D("10.00"))
    facade.refund(order, D("19.99"))
    assert order.max_refund() == D("0.01")

    with refused(exceptions.RefundExceeded, match=r"0\.01"):
        facade.refund(order, D("0.02"))
    facade.refund(order, D("0.01"))
    assert (order.max_refund(), card.balance) == (0, D("50.00"))


def test_nothing_is_left_to_refund_of_a_reversed_transfer(order, refused):
    facade.reverse(order)

    assert order.max_refund() == 0
    with refused(exceptions.RefundExceeded):
        facade.refund(order, D("0.01"))


def test_the_reversal_of_a_refund_restores_what_can_be_refunded(order, card, redemptions):
    refund = facade.refund(order, D("12.50"))
    facade.reverse(refund)

    assert order.max_refund() == D("30.00")
    assert card.balance == D("20.00")
    facade.refund(order, D("30.00"))
    assert card.balance == D("50.00")


def test_the_reversal_of_its_only_refund_lets_a_transfer_be_reversed(order, card):
    facade.reverse(facade.refund(order, D("12.50")))
    facade.reverse(order)

    card.refresh_from_db()
    assert card.balance == D("50.00")


def test_a_refund_and_a_reversal_are_not_refunded(order, bank, card, refused):
    refund, reversal = facade.refund(order, D("1.00")), facade.reverse(facade.transfer(bank, card, D("1.00")))

    for undoing in (refund, reversal):
        assert undoing.max_refund() == 0
        with refused(exceptions.NotUndoable):
            facade.refund(undoing, D("0.50"))


def test_a_refund_can_go_to_another_account(order, make_card):
    replacement = make_card("0.00")
    facade.refund(order, D("30.00"), destination=replacement)

    assert (replacement.balance, order.max_refund()) == (D("30.00"), 0)


def test_a_refund_to_an_account_of_another_currency_is_refused(order, refused):
    euros = Account.objects.create(currency="EUR")

    with refused(exceptions.CurrencyMismatch):
        facade.refund(order, D("30.00"), destination=euros)


@pytest.mark.parametrize("amount", [0, D("-1"), 1.5, "1", True, D("NaN"), D("0.001")], ids=repr)
def test_a_refund_of_what_is_not_an_amount_is_refused(amount, order, refused):
    with refused(exceptions.InvalidAmount):
        facade.refund(order, amount)


def test_a_refund_with_a_key_is_made_once_and_returned_again(order):
    first = facade.refund(order, D("30.00"), idempotency_key="rma")

    assert facade.refund(order, D("30.00"), idempotency_key="rma") == first
    assert order.max_refund() == 0


def test_a_key_used_for_another_refund_is_a_conflict(order, refused):
    facade.refund(order, D("10.00"), idempotency_key="rma")

    with refused(exceptions.IdempotencyConflict):
        facade.refund(order, D("11.00"), idempotency_key="rma")


def test_a_refusal_does_not_poison_the_callers_transaction(order, card):
    from django.db import transaction

    with transaction.atomic():
        with pytest.raises(exceptions.RefundExceeded):
            facade.refund(order, D("31.00"))
        facade.refund(order, D("1.00"))

    assert card.balance == D("21.00")


def test_a_transfer_that_is_not_there_is_refused(card, redemptions, refused):
    with refused(exceptions.TransferNotFound):
        facade.reverse(Transfer(source=card, destination=redemptions, amount=D("1.00")))
    with refused(exceptions.TransferNotFound):
        facade.refund(Transfer(pk=-1, source=card, destination=redemptions, amount=D("1.00")), D("1.00"))

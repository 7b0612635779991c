"""The documented stories, told with the facade, each to its end. After each the books sum to zero."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
import time_machine
from django.utils import timezone

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Transfer

LAST_DAY = datetime.date(2026, 6, 30)
THE_DAY_AFTER = datetime.datetime(2026, 7, 1, 9, tzinfo=datetime.UTC)

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def card(bank) -> Account:
    """A card that a customer bought for £50, valid until 30 June."""
    return facade.issue(bank, D("50.00"), end_date=LAST_DAY)


@pytest.fixture
def order(card, redemptions) -> Transfer:
    """An order of £30 that was paid with the card."""
    return facade.transfer(card, redemptions, D("30.00"), merchant_reference="100001", kind=Transfer.Kind.REDEMPTION)


def test_a_customer_buys_a_gift_card(bank, card):
    bank.refresh_from_db()
    assert (bank.balance, card.balance) == (D("-50.00"), D("50.00"))
    assert card.transactions.get().transfer.kind == Transfer.Kind.LOAD


def test_a_customer_pays_for_an_order_with_a_gift_card(card, order, redemptions):
    assert (card.balance, redemptions.balance) == (D("20.00"), D("30.00"))
    assert card.source_transfers.get().merchant_reference == "100001"


def test_a_gift_card_expires_with_some_of_its_value_unspent(bank, card, order, redemptions, lapsed):
    with time_machine.travel(THE_DAY_AFTER):
        report = facade.close_expired_accounts()

    for account in (bank, card, redemptions, lapsed):
        account.refresh_from_db()
    assert (report.closed, report.lapsed, report.failures) == (1, {"GBP": D("20.00")}, [])
    assert (card.balance, card.status) == (D("0.00"), Account.CLOSED)
    assert (bank.balance, redemptions.balance, lapsed.balance) == (D("-50.00"), D("30.00"), D("20.00"))


def test_staff_make_an_expired_gift_card_good(bank, card, order, redemptions, lapsed, merchant_funded):
    with time_machine.travel(THE_DAY_AFTER):
        facade.close_expired_accounts()
        a_year_later = LAST_DAY.replace(year=2027)
        new_card = facade.issue(merchant_funded, D("20.00"), description="Goodwill", end_date=a_year_later)

    for account in (bank, redemptions, lapsed, merchant_funded):
        account.refresh_from_db()
    assert new_card.balance == D("20.00")
    assert (bank.balance, merchant_funded.balance) == (D("-50.00"), D("-20.00"))
    assert (redemptions.balance, lapsed.balance) == (D("30.00"), D("20.00"))


def test_a_customer_sends_part_of_an_order_back(card, order, redemptions):
    refund = facade.refund(order, D("12.50"), description="Mug was chipped")

    card.refresh_from_db()
    redemptions.refresh_from_db()
    assert (card.balance, redemptions.balance) == (D("32.50"), D("17.50"))
    assert (refund.parent, refund.merchant_reference, order.max_refund()) == (order, "100001", D("17.50"))


def test_a_clerk_loads_the_wrong_amount_and_reverses_it(bank):
    card = Account.objects.create(name="Mrs Chuckle's card")
    mistake = facade.transfer(bank, card, D("500.00"), kind=Transfer.Kind.LOAD)
    facade.reverse(mistake, description="A zero too many")
    facade.transfer(bank, card, D("50.00"), kind=Transfer.Kind.LOAD)

    bank.refresh_from_db()
    card.refresh_from_db()
    assert (card.balance, bank.balance, card.num_transactions()) == (D("50.00"), D("-50.00"), 3)


def test_an_order_is_authorised_first_and_paid_when_it_is_shipped(card, redemptions):
    hold = facade.hold(card, D("30.00"), merchant_reference="100002")
    assert (card.balance, card.amount_available) == (D("50.00"), D("20.00"))

    with pytest.raises(exceptions.InsufficientFunds):
        facade.transfer(card, redemptions, D("20.01"))

    # One item was out of stock: 25.00 is taken, 5.00 let go.
    payment = facade.capture(hold, D("25.00"))

    card.refresh_from_db()
    assert (card.balance, card.held, card.amount_available) == (D("25.00"), D("0.00"), D("25.00"))
    assert (payment.kind, payment.merchant_reference) == (Transfer.Kind.REDEMPTION, "100002")


def test_an_abandoned_order_lets_its_hold_go(card):
    facade.hold(card, D("50.00"))
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2)):
        assert facade.release_expired_holds() == 1

    card.refresh_from_db()
    assert card.amount_available == D("50.00")


def test_a_card_is_lost_frozen_and_replaced(card, order):
    facade.freeze(card, reason="Lost on a train")

    new_card = facade.replace(card, reason="Lost on a train")

    card.refresh_from_db()
    assert (card.status, card.balance, card.replaced_by) == (Account.CLOSED, D("0.00"), new_card)
    assert (new_card.balance, new_card.end_date) == (D("20.00"), card.end_date)
    assert new_card.code != card.code
    # What is sent back afterwards goes to the new card.
    facade.refund(order, D("30.00"), destination=new_card)
    assert new_card.balance == D("50.00")


def test_a_customer_tops_a_card_up_and_is_paid_out_in_the_end(bank, card):
    facade.top_up(card, bank, D("25.00"))
    facade.withdraw(card, bank, D("70.00"))
    facade.close(card, remainder_to=bank)

    bank.refresh_from_db()
    assert (bank.balance, card.status) == (D("0.00"), Account.CLOSED)

"""Refunds to cards that have expired, were replaced or are frozen."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
import time_machine
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger import facade
from accounts_ledger.models import Account, Transfer
from oscar_integration.models import GiftCardSale
from tests.oscar_integration.after_order.test_refunds import balance

pytestmark = pytest.mark.usefixtures("books")


# --- Cards that are no longer what they were -------------------------------------------------------


@pytest.fixture
def expired_card(gift_card, paid_order):
    """A card that has paid an order and has expired since, with its order."""
    card = gift_card("50.00", end_date=datetime.date.today() + datetime.timedelta(days=10))
    order = paid_order(card)
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=20)):
        yield card, order


def test_a_refund_to_an_expired_card_goes_to_a_new_one(expired_card, refund):
    card, order = expired_card

    refund(order, "5.00")

    new = Transfer.objects.get(kind="refund").destination
    assert new != card
    assert (new.balance, new.is_active(), new.account_type) == (D("5.00"), True, card.account_type)
    assert new.code
    assert new.code != card.code


def test_the_order_says_to_which_new_card_it_went(expired_card, refund):
    _card, order = expired_card

    refund(order, "5.00")

    new = Transfer.objects.get(kind="refund").destination
    assert new.masked_code in order.notes.latest("pk").message
    assert new.code not in order.notes.latest("pk").message


def test_several_refunds_to_an_expired_card_go_to_one_new_card(expired_card, refund):
    _card, order = expired_card

    for _time in range(3):
        refund(order, "5.00")

    (new,) = {transfer.destination for transfer in Transfer.objects.filter(kind="refund")}
    assert new.balance == D("15.00")
    assert GiftCardSale.objects.filter(account=new).count() == 1


def test_when_the_new_card_has_expired_too_another_one_is_made(expired_card, refund):
    _card, order = expired_card
    refund(order, "5.00")

    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=500)):
        refund(order, "5.00")

    assert len({transfer.destination for transfer in Transfer.objects.filter(kind="refund")}) == 2


def test_a_refund_to_a_card_that_lapsed_and_was_closed_goes_to_a_new_one(expired_card, refund):
    card, order = expired_card
    facade.close_expired_accounts()

    refund(order, "20.00")

    assert balance(card) == 0
    assert Transfer.objects.get(kind="refund").destination.balance == D("20.00")


def test_a_shop_can_extend_an_expired_card_instead(expired_card, refund, settings):
    settings.ACCOUNTS_REFUND_TO_EXPIRED = "extend"
    card, order = expired_card

    refund(order, "5.00")

    assert balance(card) == D("35.00")
    assert card.is_active()


def test_a_card_that_was_replaced_passes_its_refund_on(paid_order, gift_card, refund):
    card = gift_card("50.00")
    order = paid_order(card)
    new = facade.replace(card)

    refund(order, "5.00")

    assert balance(new) == D("35.00")


def test_a_new_card_belongs_to_the_same_people(gift_card, paid_order, refund, customer_shopper, customer):
    card = gift_card("50.00", primary_user=customer)
    order = paid_order(card, shopper=customer_shopper)
    facade.close(card, remainder_to=Account.objects.get(chart_code="BANK:GBP"))

    refund(order, "5.00")

    assert Transfer.objects.get(kind="refund").destination.primary_user == customer


def test_a_frozen_card_takes_no_refund(paid_order, gift_card, refund):
    card = gift_card("50.00")
    order = paid_order(card)
    facade.freeze(card)

    with pytest.raises(PaymentError, match="frozen"):
        refund(order, "5.00")

    assert not order.payment_events.filter(event_type__name="Refund").exists()

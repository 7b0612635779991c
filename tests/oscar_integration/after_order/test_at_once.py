"""Money that is given back by two requests, or given back and spent, at the same moment."""

from __future__ import annotations

import threading
from decimal import Decimal as D

import pytest
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account
from oscar_integration import gateway
from oscar_integration.after_order import cancel_order, refund_order
from oscar_integration.allocations import Allocations
from oscar_integration.models import GiftCardSale
from tests.oscar_integration.at_once import at_once
from tests.oscar_integration.conftest import Shopper

Order, StockRecord = get_model("order", "Order"), get_model("partner", "StockRecord")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("_threads_share_the_database", "books"),
]

#: For how long something is left to others that should wait for it.
_A_WHILE = 0.5


@pytest.fixture
def pause(monkeypatch):
    """``pause(place)``: whoever has run the function at *place* waits for a while, in which others can act."""

    def after(place):
        reached = threading.Event()
        module, _, name = place.rpartition(".")
        original = getattr(__import__(module, fromlist=[name]), name)

        def paused(*args, **kwargs):
            found = original(*args, **kwargs)
            reached.set()
            threading.Event().wait(_A_WHILE)
            return found

        monkeypatch.setattr(place, paused)
        return reached

    return after


def test_one_refund_sent_twice_is_given_back_once(paid_order, gift_card):
    order = paid_order(gift_card("12.00"))
    again = type(order).objects.get(pk=order.pk)

    at_once(
        *[lambda order=order: refund_order(order, D("5.00"), idempotency_key="return-77") for order in (order, again)]
    )

    assert sum(source.amount_refunded for source in order.sources.all()) == D("5.00")
    assert order.payment_events.get(event_type__name="Refund").amount == D("5.00")


def test_orders_of_the_same_products_in_opposite_order_are_both_cancelled(product, gift_card, monkeypatch):
    other = create_product(
        title="Jug", product_class="Mug", price=D("5.00"), num_in_stock=10, partner_name="Penny & Co"
    )
    for products in ((product, other), (other, product)):
        shopper = Shopper()
        for one in products:
            shopper.puts_in_basket(one)
        shopper.goes_to_payment()
        shopper.types_code(gift_card("50.00").code)
        shopper.places_order()
    cancel_allocation = StockRecord.cancel_allocation

    def cancel_and_wait(stock_record, quantity):
        cancel_allocation(stock_record, quantity)
        threading.Event().wait(_A_WHILE)

    monkeypatch.setattr(StockRecord, "cancel_allocation", cancel_and_wait)
    cancelled = at_once(*[lambda order=order: cancel_order(order) for order in Order.objects.all()])

    assert cancelled == [True, True]
    assert set(StockRecord.objects.values_list("num_allocated", flat=True)) == {0}


def test_a_sold_card_is_not_spent_while_its_order_is_cancelled(paid_order, gift_card, redemptions, pause):
    order = paid_order(gift_card("20.00"))
    sold = gift_card("25.00")
    GiftCardSale.objects.create(
        order=order, line=order.lines.get(), account=sold, value=D("25.00"), currency="GBP", state="issued"
    )
    checked = pause("oscar_integration.selling.taking_back.all_unused")

    def spend():
        checked.wait(10)
        with pytest.raises(exceptions.ClosedAccount):
            facade.transfer(sold, redemptions, D("10.00"))

    at_once(lambda: cancel_order(order), spend)

    assert Account.objects.get(pk=sold.pk).balance == 0
    assert Account.objects.get(pk=redemptions.pk).balance == 0


def test_a_payment_is_not_taken_for_made_while_it_is_cancelled(gift_card, customer, pause):
    card = gift_card("50.00", primary_user=customer)
    allocations = Allocations({card.pk: D("20.00")})
    gateway.redeem("100001", customer, allocations)
    prepared = pause("oscar_integration.gateway.redemption_requests")
    done = []

    def cancel():
        prepared.wait(10)
        gateway.cancel_redemption("100001")
        done.append("cancelled")

    def redeem():
        gateway.redeem("100001", customer, allocations)
        done.append("redeemed")

    at_once(redeem, cancel)

    assert done == ["redeemed", "cancelled"]
    assert Account.objects.get(pk=card.pk).balance == D("50.00")


def test_two_cancellations_of_a_payment_give_it_back_once(gift_card, customer, monkeypatch):
    card = gift_card("50.00", primary_user=customer)
    gateway.redeem("100001", customer, Allocations({card.pk: D("20.00")}))
    lock, both_have_looked = facade.lock, threading.Barrier(2)

    def lock_together(*args, **kwargs):
        both_have_looked.wait(10)
        lock(*args, **kwargs)

    monkeypatch.setattr(facade, "lock", lock_together)
    reversals = at_once(*[lambda: gateway.cancel_redemption("100001")] * 2)

    assert sorted(len(found) for found in reversals) == [0, 1]
    assert Account.objects.get(pk=card.pk).balance == D("50.00")

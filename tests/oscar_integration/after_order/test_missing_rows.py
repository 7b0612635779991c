"""Orders whose goods are shipped in part, or whose product, stock or partner is gone, are cancelled all the same."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from oscar.core.loading import get_class, get_model
from oscar.test.factories import create_product

from oscar_integration.after_order import cancel_order, refund_order
from tests.oscar_integration.conftest import Shopper

pytestmark = pytest.mark.usefixtures("books")

Order = get_model("order", "Order")


@pytest.fixture
def order(product, gift_card):
    """Three mugs and a jug; 7 mugs are in stock besides, and 9 jugs."""
    jug = create_product(title="Jug", product_class="Mug", price=D("5.00"), num_in_stock=10, partner_name="Jug & Co")
    shopper = Shopper().puts_in_basket(product, 3).puts_in_basket(jug)
    shopper.goes_to_payment()
    shopper.types_code(gift_card("100.00").code)
    shopper.places_order()
    return Order.objects.get()


@pytest.fixture
def unguarded(monkeypatch):
    """Rows are deleted as they were before that was refused, and as they still are by SQL."""
    monkeypatch.setattr("accounts_ledger.deletion.reasons", lambda instance, origin=None: [])


def is_cancelled_with_its_money(order):
    cancel_order(order)
    order.refresh_from_db()
    return order.status == "Cancelled" and order.sources.get().amount_refunded == order.total_incl_tax


def test_a_deleted_product(order, product, unguarded):
    product.delete()

    assert is_cancelled_with_its_money(order)
    assert [record.num_allocated for record in get_model("partner", "StockRecord").objects.all()] == [0]


def test_a_deleted_stock_record(order, product, unguarded):
    product.stockrecords.get().delete()

    assert is_cancelled_with_its_money(order)


def test_a_deleted_partner(order, product, unguarded):
    product.stockrecords.get().partner.delete()

    assert is_cancelled_with_its_money(order)


def test_everything_deleted(order, unguarded):
    get_model("catalogue", "Product").objects.all().delete()
    get_model("partner", "Partner").objects.all().delete()

    assert is_cancelled_with_its_money(order)


def test_of_a_line_that_was_shipped_in_part_the_rest_is_free_again(order, product):
    line = order.lines.get(product=product)
    get_class("order.processing", "EventHandler")().consume_stock_allocations(order, [line], [2])

    assert is_cancelled_with_its_money(order)

    stock = product.stockrecords.get()
    assert (stock.num_allocated, stock.num_in_stock) == (0, 8)


def test_of_an_order_that_was_shipped_nothing_is_put_back(order, product):
    get_class("order.processing", "EventHandler")().consume_stock_allocations(order)

    assert is_cancelled_with_its_money(order)

    stock = product.stockrecords.get()
    assert (stock.num_allocated, stock.num_in_stock) == (0, 7)


def test_products_whose_stock_is_not_tracked(order, product):
    product_class = product.get_product_class()
    product_class.track_stock = False
    product_class.save()

    assert is_cancelled_with_its_money(order)


def test_a_deleted_payment_event_does_not_make_a_refund_twice(order, unguarded):
    refund_order(order, D("5.00"), idempotency_key="return-77")
    order.payment_events.all().delete()
    refund_order(order, D("5.00"), idempotency_key="return-77")

    assert order.sources.get().amount_refunded == D("5.00")

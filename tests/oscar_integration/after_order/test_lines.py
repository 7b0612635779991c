"""Some pieces of an order are returned: what they cost goes back, to the penny."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from oscar.apps.order.exceptions import InvalidPaymentEvent
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from oscar_integration.after_order import left_to_refund, refund_order
from tests.oscar_integration.conftest import Shopper

pytestmark = pytest.mark.usefixtures("books")

Order = get_model("order", "Order")


def balance(card):
    card.refresh_from_db()
    return card.balance


@pytest.fixture
def offer(db):
    """Take so many percent, or so much, off everything."""

    def make(benefit_type, value):
        Range, Condition, Benefit, Offer = (
            get_model("offer", name) for name in ("Range", "Condition", "Benefit", "ConditionalOffer")
        )
        everything = Range.objects.create(name="All", includes_all_products=True)
        condition = Condition.objects.create(range=everything, type=Condition.COUNT, value=1)
        benefit = Benefit.objects.create(range=everything, type=benefit_type, value=D(value))
        Offer.objects.create(name="Sale", condition=condition, benefit=benefit, max_basket_applications=1)

    return make


@pytest.fixture
def buys(country, product, gift_card):
    """Buy goods with a card of 100.00; return order and card."""

    def buy(*goods):
        shopper = Shopper()
        for price, quantity in goods:
            bought = create_product(
                title=f"Mug for {price}",
                product_class="Mug",
                price=D(price),
                num_in_stock=10,
                partner_name="Penny & Co",
            )
            shopper.puts_in_basket(bought, quantity)
        shopper.goes_to_payment()
        card = gift_card("100.00")
        shopper.types_code(card.code)
        shopper.places_order()
        return Order.objects.latest("pk"), card

    return buy


def test_one_piece_of_three_is_refunded_at_the_price_of_one(buys, dashboard):
    order, card = buys(("10.00", 3))
    before = balance(card)

    assert "Payment event created" in dashboard.refunds_pieces(order, {order.lines.get(): 1})

    assert balance(card) - before == D("10.00")


def test_pieces_that_are_returned_one_by_one_add_up_to_their_line(buys, dashboard, offer):
    offer("Absolute", "0.01")
    order, card = buys(("3.34", 3))
    line, before = order.lines.get(), balance(card)
    assert line.line_price_incl_tax == D("10.01")

    given = []
    for _piece in range(3):
        dashboard.refunds_pieces(order, {line: 1})
        given.append(balance(card) - before - sum(given))

    assert given == [D("3.34"), D("3.33"), D("3.34")]


def test_three_lines_and_an_offer_give_back_what_was_paid_for_each(buys, handler, offer):
    offer("Percentage", "33")
    order, card = buys(("1.01", 1), ("2.05", 2), ("3.33", 3))
    before = balance(card)

    for line in order.lines.all():
        for _piece in range(line.quantity):
            refund_order(order, lines=[(line, 1)])

    assert balance(card) - before == sum(line.line_price_incl_tax for line in order.lines.all())
    assert left_to_refund(order) == order.shipping_incl_tax


def test_a_double_click_refunds_pieces_once(buys, dashboard):
    order, card = buys(("10.00", 3))
    line, before = order.lines.get(), balance(card)
    key = dashboard.opens(order)["refund_form"]["one_time_key"].value()

    for _click in range(2):
        dashboard.refunds_pieces(order, {line: 1}, one_time_key=key)

    assert balance(card) - before == D("10.00")


def test_a_form_that_was_sent_before_refunds_no_other_pieces(buys, dashboard):
    order, card = buys(("10.00", 3))
    line, before = order.lines.get(), balance(card)
    key = dashboard.opens(order)["refund_form"]["one_time_key"].value()
    dashboard.refunds_pieces(order, {line: 1}, one_time_key=key)

    assert "already been sent" in dashboard.refunds_pieces(order, {line: 2}, one_time_key=key)

    assert balance(card) - before == D("10.00")


def test_more_pieces_than_were_bought_are_refused(buys, dashboard):
    order, card = buys(("10.00", 3))
    line = order.lines.get()
    dashboard.refunds_pieces(order, {line: 2})
    before = balance(card)

    assert "too large" in dashboard.refunds_pieces(order, {line: 2})

    assert balance(card) == before


@pytest.mark.parametrize("quantity", [0, -1, 4, True, 1.5, "1"])
def test_what_is_no_quantity_is_refused(buys, quantity):
    order, card = buys(("10.00", 3))
    before = balance(card)

    with pytest.raises(Exception, match="line #"):
        refund_order(order, lines=[(order.lines.get(), quantity)])

    assert balance(card) == before


def test_the_same_line_named_twice_counts_twice(buys):
    order, card = buys(("10.00", 3))
    line, before = order.lines.get(), balance(card)

    refund_order(order, lines=[(line, 1), (line, 1)])

    assert balance(card) - before == D("20.00")


def test_a_line_of_another_order_is_refused(buys):
    order, _card = buys(("10.00", 1))
    other, _card = buys(("10.00", 1))

    with pytest.raises(Exception, match="does not belong to this order"):
        refund_order(order, lines=[(other.lines.get(), 1)])


def test_more_than_the_pieces_cost_is_refused_even_if_it_is_typed(buys, dashboard):
    order, card = buys(("10.00", 3))
    before = balance(card)

    shown = dashboard.refunds_pieces(order, {order.lines.get(): 1}, amount="30.00")

    assert "cost £10.00, which is less than £30.00" in shown
    assert balance(card) == before


def test_oscars_own_view_is_refused_rather_than_that_it_refunds_whole_lines(buys, handler):
    """Without the mixin of the dashboard, Oscar passes on the price of the line whatever the quantity."""
    order, card = buys(("10.00", 3))
    line, before = order.lines.get(), balance(card)
    refund_type, _created = get_model("order", "PaymentEventType").objects.get_or_create(name="Refund")

    with pytest.raises(Exception, match=r"cost £10\.00"):
        handler.handle_payment_event(order, refund_type, line.line_price_incl_tax, [line], [1])

    assert balance(card) == before


def test_lines_without_as_many_quantities_are_refused(buys, handler):
    order, _card = buys(("10.00", 1), ("5.00", 1))
    refund_type, _created = get_model("order", "PaymentEventType").objects.get_or_create(name="Refund")

    with pytest.raises(InvalidPaymentEvent):
        handler.handle_payment_event(order, refund_type, None, list(order.lines.all()), [1])


def test_delivery_is_refunded_by_amount(buys, dashboard):
    order, card = buys(("10.00", 1))
    dashboard.refunds_pieces(order, {order.lines.get(): 1})

    dashboard.refunds(order, order.shipping_incl_tax)

    assert (left_to_refund(order), balance(card)) == (0, D("100.00"))


def test_the_event_says_which_pieces_came_back(buys):
    order, _card = buys(("10.00", 3))

    event = refund_order(order, lines=[(order.lines.get(), 2)])

    assert (event.amount, event.line_quantities.get().quantity) == (D("20.00"), 2)

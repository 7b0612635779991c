"""An order that one account pays in full."""

from decimal import Decimal as D

import pytest
from django.core import mail
from django.urls import reverse
from oscar.apps.checkout.mixins import OrderPlacementMixin
from oscar.apps.order.utils import OrderNumberGenerator
from oscar.core.loading import get_model

from accounts_ledger.models import Transfer
from oscar_integration import gateway
from oscar_integration.allocations import Allocations
from oscar_integration.checkout.placing import PlacingMixin

pytestmark = pytest.mark.usefixtures("books")

Order = get_model("order", "Order")
Basket = get_model("basket", "Basket")


def page_text(response):
    return " ".join(response.content.decode().split())


def test_a_guest_pays_with_a_code(guest_shopper, product, gift_card, redemptions):
    card = gift_card("50.00")
    guest_shopper.puts_in_basket(product).goes_to_payment()

    page = guest_shopper.types_code(card.code.lower())
    assert "£20.00 will be paid from" in page_text(page)
    thanks = guest_shopper.places_order()

    assert thanks.redirect_chain[-1][0] == reverse("checkout:thank-you")
    card.refresh_from_db()
    redemptions.refresh_from_db()
    assert (card.balance, redemptions.balance) == (D("30.00"), D("20.00"))


def test_a_customer_pays_with_a_card_they_own(customer_shopper, customer, product, gift_card):
    card = gift_card("50.00", primary_user=customer)
    page = customer_shopper.puts_in_basket(product).goes_to_payment()
    assert card.masked_code in page_text(page)

    customer_shopper.posts("allocate", account=card.pk, amount="20.00")
    customer_shopper.places_order()

    card.refresh_from_db()
    assert card.balance == D("30.00")
    assert Transfer.objects.get(kind="redemption").user == customer


def test_the_redemption_names_the_order(guest_shopper, product, gift_card):
    card = gift_card()
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    guest_shopper.places_order()

    order = Order.objects.get()
    redemption = Transfer.objects.get(kind="redemption")
    assert redemption.merchant_reference == order.number
    assert (redemption.source, redemption.amount) == (card, order.total_incl_tax)


def test_an_order_number_whose_payment_was_reversed_before_can_be_paid(guest_shopper, product, gift_card):
    card = gift_card("50.00")
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    number = OrderNumberGenerator().order_number(Basket.objects.get())
    gateway.redeem(number, None, Allocations({card.pk: D("20.00")}))
    gateway.cancel_redemption(number)

    guest_shopper.places_order()

    card.refresh_from_db()
    assert card.balance == D("30.00")
    assert Order.objects.get().number == str(number)


def test_the_order_carries_a_source_and_an_event(guest_shopper, product, gift_card):
    card = gift_card()
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    guest_shopper.places_order()

    order, redemption = Order.objects.get(), Transfer.objects.get(kind="redemption")
    source, event = order.sources.get(), order.payment_events.get()
    assert (source.source_type.name, source.amount_allocated, source.amount_debited) == ("Account", D("20"), D("20"))
    assert (source.reference, source.label) == (redemption.reference, card.masked_code)
    assert (event.event_type.name, event.amount, event.reference) == ("Paid", D("20.00"), redemption.reference)
    assert source.transactions.get().amount == D("20.00")


def test_the_code_is_neither_in_the_session_nor_in_the_order(guest_shopper, product, gift_card):
    card = gift_card()
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    session = str(dict(guest_shopper.client.session))
    thanks = guest_shopper.places_order()

    assert card.code not in session
    assert card.code not in page_text(thanks)
    assert card.code not in mail.outbox[0].body


def test_nothing_is_taken_while_something_is_left_to_pay(guest_shopper, product, gift_card):
    card = gift_card("5.00")
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    page = guest_shopper.places_order()

    assert "£15.00 is left to pay" in page_text(page)
    card.refresh_from_db()
    assert card.balance == D("5.00")
    assert not Order.objects.exists()


@pytest.mark.parametrize("difference", [D("0.01"), D("-0.01")])
def test_an_order_that_costs_something_else_in_the_end_is_not_placed(
    difference, guest_shopper, product, gift_card, monkeypatch
):
    card = gift_card()
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    write_order = OrderPlacementMixin.place_order

    def changed(view, *args, **kwargs):
        order = write_order(view, *args, **kwargs)
        order.total_incl_tax += difference
        return order

    monkeypatch.setattr(OrderPlacementMixin, "place_order", changed)
    page = guest_shopper.places_order()

    assert "The order has changed while it was being paid" in page_text(page)
    card.refresh_from_db()
    assert card.balance == D("50.00")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "step",
    [
        "oscar.apps.order.utils.OrderCreator.create_order_model",
        "oscar.apps.order.utils.OrderCreator.create_line_models",
        "oscar.apps.order.utils.OrderCreator.update_stock_records",
        "oscar.apps.checkout.mixins.OrderPlacementMixin.save_payment_events",
        "oscar.apps.checkout.mixins.OrderPlacementMixin.save_payment_sources",
        "oscar.apps.basket.abstract_models.AbstractBasket.submit",
        "oscar_integration.gateway.post",
    ],
)
def test_when_a_step_fails_nothing_is_taken_and_the_order_can_be_placed_again(
    step, guest_shopper, product, gift_card, monkeypatch
):
    card = gift_card()
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)

    def fail(*args, **kwargs):
        raise RuntimeError("out of order")

    with monkeypatch.context() as patched:
        patched.setattr(step, fail)
        page = guest_shopper.places_order()

    assert "A problem occurred" in page_text(page)
    card.refresh_from_db()
    assert card.balance == D("50.00")
    assert not Order.objects.exists()
    assert Basket.objects.get().status == Basket.OPEN

    guest_shopper.places_order()
    card.refresh_from_db()
    assert card.balance == D("30.00")
    assert Order.objects.count() == 1


def test_an_order_whose_confirmation_cannot_be_sent_stands(guest_shopper, product, gift_card, monkeypatch):
    card = gift_card()
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)

    def fail(*args, **kwargs):
        raise OSError("no mail server")

    monkeypatch.setattr("oscar.apps.checkout.mixins.OrderPlacementMixin.send_order_placed_email", fail)
    thanks = guest_shopper.places_order()

    assert thanks.redirect_chain[-1][0] == reverse("checkout:thank-you")
    card.refresh_from_db()
    assert card.balance == D("30.00")


def test_the_debit_is_the_last_thing_written(guest_shopper, product, gift_card, monkeypatch):
    card = gift_card()
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    seen = {}
    original = PlacingMixin.post_debits

    def look(self, debits):
        order = Order.objects.get()
        seen["basket"] = Basket.objects.get(pk=order.basket_id).status
        seen["sources"] = order.sources.count()
        original(self, debits)

    monkeypatch.setattr(PlacingMixin, "post_debits", look)
    guest_shopper.places_order()

    assert seen == {"basket": Basket.SUBMITTED, "sources": 1}

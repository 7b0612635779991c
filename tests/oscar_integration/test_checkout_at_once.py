"""Two requests for one order at the same moment, on a database that lets them run at the same moment."""

import threading
from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse
from oscar.apps.analytics import receivers
from oscar.apps.catalogue.models import ProductClass
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from accounts_ledger.models import Transfer
from tests.oscar_integration.at_once import at_once
from tests.oscar_integration.conftest import Shopper

Order = get_model("order", "Order")
ProductRecord = get_model("analytics", "ProductRecord")


def see_their_orders(shoppers):
    """Open the preview of each before they begin: what pages show is mixed up between threads of one test."""
    for shopper in shoppers:
        shopper.order_seen = shopper.sees_order()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_threads_share_the_database")
class TestAtOnce:
    def window_of(self, shopper):
        window = Client()
        window.cookies = shopper.client.cookies.copy()
        return lambda: window.post(reverse("checkout:preview"), {"action": "place_order", "order_seen": self.seen})

    @pytest.mark.parametrize("round_number", range(3))
    def test_two_windows_place_one_order_and_debit_once(self, round_number, guest_shopper, product, gift_card, books):
        card = gift_card("50.00")
        guest_shopper.puts_in_basket(product).goes_to_payment()
        guest_shopper.types_code(card.code)
        self.seen = guest_shopper.opens("preview").context["order_seen"]

        answers = at_once(*[self.window_of(guest_shopper) for _number in range(4)])

        assert Order.objects.count() == 1
        assert Transfer.objects.filter(kind="redemption").count() == 1
        card.refresh_from_db()
        assert card.balance == D("30.00")
        assert [answer.url for answer in answers] == [reverse("checkout:thank-you")] * 4

    def test_two_shoppers_with_one_card_cannot_both_spend_it(self, product, gift_card, books):
        card = gift_card("20.00")
        shoppers = [Shopper(), Shopper(), Shopper()]
        for shopper in shoppers:
            shopper.puts_in_basket(product).goes_to_payment()
            shopper.types_code(card.code)

        see_their_orders(shoppers)
        at_once(*[lambda shopper=shopper: shopper.places_order(follow=False) for shopper in shoppers])

        assert Order.objects.count() == 1
        card.refresh_from_db()
        assert (card.balance, card.held) == (D("0.00"), D("0.00"))

    @pytest.fixture
    def downloads(self, country):
        """Two products whose stock is not counted, so that orders of the same ones do not wait for one another."""
        ProductClass.objects.create(name="Download", requires_shipping=True, track_stock=False)
        return [create_product(title=title, product_class="Download", price=D("5.00")) for title in ("One", "Two")]

    @pytest.fixture
    def meet_at_the_first_counter(self, monkeypatch):
        """Let two orders wait for each other once, before or after their first counter is updated."""
        both, update = threading.Barrier(2), receivers._update_counter

        def meet(*, before):
            met = threading.local()

            def wait(now):
                if now and not getattr(met, "once", False):
                    met.once = True
                    both.wait(10)

            def update_and_meet(*args, **kwargs):
                wait(before)
                update(*args, **kwargs)
                wait(not before)

            monkeypatch.setattr(receivers, "_update_counter", update_and_meet)

        return meet

    def shopper_with(self, products, gift_card):
        shopper = Shopper()
        for product in products:
            shopper.puts_in_basket(product)
        shopper.goes_to_payment()
        shopper.types_code(gift_card("50.00").code)
        return shopper

    def test_orders_of_the_same_products_in_opposite_order_are_both_placed(
        self, downloads, gift_card, meet_at_the_first_counter, books
    ):
        shoppers = [self.shopper_with(products, gift_card) for products in (downloads, reversed(downloads))]
        meet_at_the_first_counter(before=False)

        see_their_orders(shoppers)
        at_once(*[lambda shopper=shopper: shopper.places_order(follow=False) for shopper in shoppers])

        assert Order.objects.count() == 2
        assert set(ProductRecord.objects.values_list("num_purchases", flat=True)) == {2}

    def test_the_first_two_orders_of_a_product_are_both_placed(
        self, downloads, gift_card, meet_at_the_first_counter, books
    ):
        shoppers = [self.shopper_with(downloads[:1], gift_card) for _number in range(2)]
        ProductRecord.objects.all().delete()
        meet_at_the_first_counter(before=True)

        see_their_orders(shoppers)
        at_once(*[lambda shopper=shopper: shopper.places_order(follow=False) for shopper in shoppers])

        assert Order.objects.count() == 2
        assert ProductRecord.objects.get().num_purchases == 2

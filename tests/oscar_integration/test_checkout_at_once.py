"""Two requests for one order at the same moment, on a database that lets them run at the same moment."""

from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse
from oscar.core.loading import get_model

from accounts_ledger.models import Transfer
from tests.oscar_integration.at_once import at_once

Order = get_model("order", "Order")


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
        from tests.oscar_integration.conftest import Shopper

        card = gift_card("20.00")
        shoppers = [Shopper(), Shopper(), Shopper()]
        for shopper in shoppers:
            shopper.puts_in_basket(product).goes_to_payment()
            shopper.types_code(card.code)

        at_once(*[lambda shopper=shopper: shopper.places_order(follow=False) for shopper in shoppers])

        assert Order.objects.count() == 1
        card.refresh_from_db()
        assert (card.balance, card.held) == (D("0.00"), D("0.00"))

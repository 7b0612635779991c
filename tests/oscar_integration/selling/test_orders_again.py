"""An order of a gift card is placed again long afterwards."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts_ledger import dates
from oscar_integration.models import GiftCardSale

pytestmark = pytest.mark.usefixtures("books")


def test_the_card_of_an_order_that_is_placed_again_is_valid_for_a_year(
    buys, fixed_card, customer_shopper, next_week, django_capture_on_commit_callbacks
):
    order = buys(fixed_card, shopper=customer_shopper, date=next_week.isoformat())

    with time_machine.travel(timezone.now() + datetime.timedelta(days=400)):
        customer_shopper.client.force_login(customer_shopper.user)
        address = reverse("customer:order", kwargs={"order_number": order.number})
        page = customer_shopper.client.post(address, {"action": "reorder"}, follow=True)
        assert "has passed: the gift card will be sent at once" in " ".join(map(str, page.context["messages"]))
        customer_shopper.opens("payment-details")
        with django_capture_on_commit_callbacks(execute=True):
            customer_shopper.places_order(card="accepted")

        again = GiftCardSale.objects.latest("pk")
        assert again.order != order
        in_a_year = timezone.localdate() + datetime.timedelta(days=365)
        assert dates.last_day_before(again.account.end_date) == in_a_year
        assert again.state == "sent"

"""The link to a guest's order opens it for a time, and then explains why it does not any more."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order


@pytest.fixture
def order(guest_shopper, product, gift_card):
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(gift_card("50.00").code)
    guest_shopper.places_order()
    return Order.objects.get()


def link(order, name="anon-order", hash_=""):
    return reverse(f"customer:{name}", args=[order.number, hash_ or order.verification_hash()])


def opens(order, email="guest@example.com", **kwargs):
    return Client().post(link(order, "anon-order-form", **kwargs), {"email": email}, follow=True)


def later(days):
    return time_machine.travel(timezone.now() + datetime.timedelta(days=days))


def test_it_opens_the_order(order):
    assert "King" in opens(order).content.decode()


def test_it_opens_the_order_until_its_last_day(order):
    with later(89):
        assert "King" in opens(order).content.decode()


@pytest.mark.parametrize("name", ["anon-order", "anon-order-form"])
def test_after_that_it_says_why_it_does_not(order, name):
    with later(91):
        page = Client().get(link(order, name))

    assert page.status_code == 410
    assert f"question about order #{order.number}" in page.content.decode()
    assert "King" not in page.content.decode()


def test_a_browser_that_had_it_open_does_not_see_it_any_more(order):
    client = Client()
    client.post(link(order, "anon-order-form"), {"email": "guest@example.com"}, follow=True)
    with later(91):
        page = client.get(link(order))

    assert page.status_code == 410


def test_posting_the_form_does_not_help(order):
    with later(91):
        assert opens(order).status_code == 410


def test_a_forged_link_tells_nothing_of_an_order(order):
    with later(91):
        page = opens(order, hash_=f"{order.number}:forged")

    assert page.status_code == 200
    assert "Order not found" in page.content.decode()


@pytest.mark.parametrize(("days", "status"), [(None, 200), (1, 410)])
def test_the_shop_sets_for_how_many_days(order, settings, days, status):
    settings.ACCOUNTS_GUEST_ORDER_DAYS = days
    with later(1000 if days is None else 2):
        assert opens(order).status_code == status

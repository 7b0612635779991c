"""A shop that sells gift cards, and shoppers who buy them at the real checkout."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from django.urls import reverse
from oscar.apps.order.models import Order
from oscar.core.loading import get_model
from oscar.test.factories import create_stockrecord

from oscar_integration.selling import product as gift_card_product

Product = get_model("catalogue", "Product")


@pytest.fixture(autouse=True)
def _quick_worker(settings):
    """What is left to the worker is done at once."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def fixed_card(country):
    """A gift card over 25.00."""
    return _gift_card(D("25.00"), "Gift card over 25")


@pytest.fixture
def any_card(country):
    """A gift card whose buyer chooses the value."""
    product = _gift_card(D("5.00"), "Gift card")
    product.product_options.add(gift_card_product.value_option())
    return product


def _gift_card(price, title):
    product_class = gift_card_product.product_class()
    product = Product.objects.create(title=title, upc=title, product_class=product_class, is_discountable=False)
    create_stockrecord(product, price=price, partner_sku=title, partner_name="Penny & Co")
    return product


def options(**changes):
    """What is typed on the page of a gift card; a value of None leaves a field empty."""
    typed = {
        "quantity": 1,
        gift_card_product.RECIPIENT_NAME: "Zoë",
        gift_card_product.RECIPIENT_EMAIL: "zoe@example.com",
        gift_card_product.MESSAGE: "Happy birthday!\nLove, B.",
    }
    names = {
        "value": gift_card_product.VALUE,
        "name": gift_card_product.RECIPIENT_NAME,
        "email": gift_card_product.RECIPIENT_EMAIL,
        "message": gift_card_product.MESSAGE,
        "date": gift_card_product.DELIVERY_DATE,
    }
    typed |= {names.get(key, key): value for key, value in changes.items()}
    return {key: value for key, value in typed.items() if value is not None}


@pytest.fixture
def buys(guest_shopper, django_capture_on_commit_callbacks):
    """Buy a gift card and pay it with the demo card; return the order."""

    def buy(product, shopper=guest_shopper, **typed):
        add_to_basket(shopper, product, **typed)
        if not shopper.user:
            shopper.client.post(reverse("checkout:index"), {"username": "buyer@example.com", "options": "anonymous"})
        shopper.opens("payment-details")
        with django_capture_on_commit_callbacks(execute=True):
            shopper.client.post(reverse("checkout:preview"), {"card": "accepted"})
            shopper.places_order(card="accepted")
        return Order.objects.latest("pk")

    return buy


def add_to_basket(shopper, product, **typed):
    return shopper.client.post(reverse("basket:add", kwargs={"pk": product.pk}), options(**typed), follow=True)


@pytest.fixture
def next_week():
    return datetime.date.today() + datetime.timedelta(days=7)

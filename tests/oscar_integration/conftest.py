"""A small shop and shoppers who walk through its real checkout."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from oscar.apps.address.models import Country
from oscar.apps.catalogue.models import Category, ProductClass
from oscar.test.factories import create_product

from accounts_ledger import chart, facade
from tests.oscar_integration.at_once import _threads_share_the_database

__all__ = ["_threads_share_the_database"]

ADDRESS = {
    "first_name": "Barry",
    "last_name": "Chuckle",
    "line1": "1 King's Road",
    "line4": "London",
    "postcode": "SW3 5AA",
    "country": "GB",
}


class Shopper:
    """A browser of somebody who shops: each method is one thing they do."""

    def __init__(self, user=None):
        self.client = Client()
        self.user = user
        #: What an earlier look at the preview has left in the browser; empty: it is opened before the order is placed.
        self.order_seen = ""
        if user:
            self.client.force_login(user)

    def puts_in_basket(self, product, quantity=1):
        response = self.client.post(reverse("basket:add", kwargs={"pk": product.pk}), {"quantity": quantity})
        assert response.status_code == 302
        return self

    def goes_to_payment(self, email="guest@example.com"):
        """Fill in everything before payment, and return the payment details page."""
        if not self.user:
            self.client.post(reverse("checkout:index"), {"username": email, "options": "anonymous"})
        self.ships_to()
        return self.opens("payment-details")

    def ships_to(self, **address):
        response = self.client.post(reverse("checkout:shipping-address"), ADDRESS | address)
        assert response.status_code == 302, response.context["form"].errors
        return self.client.get(reverse("checkout:shipping-method"), follow=True)

    def opens(self, page, follow=True):
        return self.client.get(reverse(f"checkout:{page}"), follow=follow)

    def posts(self, action, follow=True, **data):
        return self.client.post(reverse("checkout:payment-details"), {"action": action, **data}, follow=follow)

    def types_code(self, code):
        return self.posts("use-code", code=code)

    def places_order(self, follow=True, **data):
        data = {"order_seen": self.order_seen or self.sees_order(**data), **data}
        return self.client.post(reverse("checkout:preview"), {"action": "place_order", **data}, follow=follow)

    def sees_order(self, **data):
        """Look at the preview, and return the note that its form carries."""
        address = reverse("checkout:preview")
        page = self.client.post(address, data) if data else self.client.get(address)
        return page.context["order_seen"] if page.context and "order_seen" in page.context else ""


@pytest.fixture
def country(db):
    return Country.objects.create(
        iso_3166_1_a2="GB",
        iso_3166_1_a3="GBR",
        iso_3166_1_numeric="826",
        printable_name="United Kingdom",
        name="United Kingdom",
        is_shipping_country=True,
    )


@pytest.fixture
def product(country):
    """A mug for 16.05: with the delivery at 3.95 an order costs 20.00."""
    ProductClass.objects.get_or_create(name="Mug", defaults={"requires_shipping": True, "track_stock": True})
    product = create_product(
        title="Mug", product_class="Mug", price=D("16.05"), num_in_stock=10, partner_name="Penny & Co"
    )
    product.categories.add(Category.add_root(name="Kitchen"))
    return product


@pytest.fixture
def customer(db):
    return get_user_model().objects.create_user("barry", "barry@example.com", "correct-horse")


@pytest.fixture
def stranger(db):
    return get_user_model().objects.create_user("paul", "paul@example.com", "correct-horse")


@pytest.fixture
def guest_shopper():
    return Shopper()


@pytest.fixture
def customer_shopper(customer):
    return Shopper(customer)


@pytest.fixture
def gift_card(bank):
    """Issue a gift card: ``gift_card("50.00", primary_user=…)``."""

    def issue(amount="50.00", **fields):
        fields.setdefault("account_type", chart.deferred_income_types().first())
        secondary_users = fields.pop("secondary_users", ())
        card = facade.issue(bank, D(amount), **fields)
        card.secondary_users.set(secondary_users)
        return card

    return issue

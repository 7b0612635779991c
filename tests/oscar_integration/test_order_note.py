"""The note in the form that places an order is good for the session that saw it, and for a while."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order

from tests.oscar_integration.conftest import Shopper

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def ready(guest_shopper, product, gift_card):
    guest_shopper.puts_in_basket(product).goes_to_payment("owner@example.com")
    guest_shopper.types_code(gift_card("50.00").code)
    guest_shopper.order_seen = guest_shopper.sees_order()
    return guest_shopper


def test_a_repetition_leads_to_the_order(ready):
    ready.places_order()

    page = ready.places_order()

    assert page.redirect_chain[-1][0] == reverse("checkout:thank-you")


def test_the_note_opens_nothing_in_another_session(ready):
    ready.places_order()
    other = Shopper()
    other.order_seen = ready.order_seen

    page = other.places_order()

    assert "owner@example.com" not in page.content.decode()
    assert page.redirect_chain[-1][0] == reverse("basket:summary")


def test_the_note_opens_nothing_after_some_hours(ready):
    ready.places_order()

    with time_machine.travel(timezone.now() + datetime.timedelta(hours=3)):
        page = ready.places_order()

    assert page.redirect_chain[-1][0] == reverse("basket:summary")


@pytest.mark.parametrize("note", ["-", "forged:note:here"])
def test_an_order_without_its_note_is_not_placed(ready, note):
    page = ready.places_order(order_seen=note)

    assert not Order.objects.exists()
    assert "This page has expired. Please check it once more." in page.content.decode()


def test_an_order_that_was_seen_hours_ago_is_shown_again(ready):
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=3)):
        page = ready.places_order()

    assert not Order.objects.exists()
    assert page.redirect_chain[-1][0] == reverse("checkout:preview")

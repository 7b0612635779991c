"""Outside a demo nothing pays but accounts: the demo card is neither shown nor taken, however it is asked for."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from oscar.core.loading import get_model

from backoffice.shop import demo_card
from oscar_integration.models import PaymentAttempt

pytestmark = pytest.mark.usefixtures("books")

Order = get_model("order", "Order")


@pytest.fixture(autouse=True)
def production(settings):
    settings.DEMO = False


@pytest.fixture
def at_payment(guest_shopper, product):
    guest_shopper.puts_in_basket(product)
    page = guest_shopper.goes_to_payment()
    return guest_shopper, page.content.decode()


def test_the_payment_page_says_that_there_is_no_other_method(at_payment):
    _shopper, page = at_payment

    assert "£20.00 is left to pay, and this shop takes no other payment method." in page
    assert 'name="card"' not in page


@pytest.mark.parametrize("card", demo_card.Card.values)
def test_an_order_is_not_placed_with_the_demo_card(at_payment, card):
    shopper, _page = at_payment

    response = shopper.places_order(card=card)

    assert "takes no other payment method" in response.content.decode()
    assert not Order.objects.exists()
    assert not PaymentAttempt.objects.exists()


def test_the_preview_leads_back_with_the_same_words(at_payment):
    shopper, _page = at_payment

    response = shopper.client.post(reverse("checkout:preview"), {"card": "accepted"}, follow=True)

    assert response.redirect_chain[-1][0] == reverse("checkout:payment-details")
    assert "takes no other payment method" in response.content.decode()


def test_an_order_that_a_card_covers_is_placed(at_payment, gift_card):
    shopper, _page = at_payment
    shopper.types_code(gift_card("50.00").code)

    shopper.places_order()

    assert Order.objects.get().sources.get().amount_debited == 20


def test_what_a_card_does_not_cover_is_refused(at_payment, gift_card):
    shopper, _page = at_payment
    card = gift_card("5.00")
    shopper.types_code(card.code)

    response = shopper.places_order(card="accepted")

    assert "£15.00 is left to pay, and this shop takes no other" in response.content.decode()
    card.refresh_from_db()
    assert (card.balance, card.held) == (5, 0)
    assert not Order.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_demos_bank_is_not_there(client, db, method):
    for address in (reverse("checkout:demo-bank", args=["x"]), reverse("checkout:demo-card-return")):
        assert getattr(client, method)(address, {"confirmed": "yes"}).status_code == 404


def test_a_payment_that_was_begun_in_a_demo_is_not_completed():
    with pytest.raises(ImproperlyConfigured):
        demo_card.confirm(PaymentAttempt(reference="x"), confirmed=True)

"""What the shopper and the shop see of a payment afterwards."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from oscar.core.loading import get_model

pytestmark = pytest.mark.usefixtures("books")

Order = get_model("order", "Order")


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def card(gift_card):
    return gift_card("50.00")


@pytest.fixture
def thanks(customer_shopper, product, card):
    customer_shopper.puts_in_basket(product).goes_to_payment()
    customer_shopper.types_code(card.code)
    return customer_shopper.places_order()


def assert_tells(page, card):
    assert f"Gift card {card.masked_code}" in page
    assert "£20.00" in page
    assert "Remaining balance £30.00" in page
    assert card.code not in page


def test_the_thank_you_page_tells_what_was_paid_and_what_is_left(thanks, card):
    assert_tells(text(thanks), card)


def test_both_forms_of_the_confirmation_tell_it(thanks, card):
    message = mail.outbox[0]
    assert_tells(" ".join(message.body.split()), card)
    assert_tells(" ".join(message.alternatives[0][0].split()), card)


def test_the_confirmation_tells_what_is_left_on_each_of_several_cards(guest_shopper, product, gift_card):
    cards = {"Remaining balance £0.00": gift_card("5.00"), "Remaining balance £35.00": gift_card("50.00")}
    guest_shopper.puts_in_basket(product).goes_to_payment()
    for card in cards.values():
        guest_shopper.types_code(card.code)
    guest_shopper.places_order()

    paid_with = [line for line in mail.outbox[0].body.splitlines() if "Remaining balance" in line]
    assert len(paid_with) == 2
    for line, (left, card) in zip(paid_with, cards.items(), strict=True):
        assert card.masked_code in line
        assert left in line


def test_the_confirmation_tells_what_is_left_beside_a_bank_card(guest_shopper, product, gift_card):
    card = gift_card("50.00")
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    guest_shopper.posts("allocate", account=card.pk, amount="4.00")
    guest_shopper.client.post(reverse("checkout:preview"), {"card": "accepted"})
    guest_shopper.places_order(card="accepted")

    confirmation = " ".join(mail.outbox[0].body.split())
    assert "Remaining balance £46.00" in confirmation
    assert "£16.00" in confirmation


def test_the_customers_order_page_tells_it(thanks, card, customer_shopper):
    order = Order.objects.get()
    assert_tells(text(customer_shopper.client.get(reverse("customer:order", args=[order.number]))), card)


def test_a_guests_order_page_tells_it(guest_shopper, product, card):
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    guest_shopper.places_order()
    order = Order.objects.get()

    form = reverse("customer:anon-order-form", args=[order.number, order.verification_hash()])
    page = Client().post(form, {"email": "guest@example.com"}, follow=True)

    assert_tells(text(page), card)


def test_the_dashboard_tells_it(thanks, card, admin_client):
    order = Order.objects.get()
    page = text(admin_client.get(reverse("dashboard:order-detail", args=[order.number])))

    assert f"Gift card {card.masked_code}" in page
    assert order.sources.get().reference in page
    assert card.code not in page

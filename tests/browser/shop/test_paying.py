"""Orders that are paid with gift cards, from the basket to the confirmation."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from oscar.core.loading import get_model
from playwright.sync_api import expect

from backoffice.demo import catalogue

pytestmark = pytest.mark.browser

#: A mug costs 14.00, a tote 16.00, the delivery 3.95.


def balance(card):
    card.refresh_from_db()
    return card.balance


def test_a_customer_pays_with_two_cards_of_theirs_and_the_rest_by_card(customer, card, look):
    alice = get_user_model().objects.get(username="alice")
    cards = [card("5.00", primary_user=alice), card("8.00", primary_user=alice)]
    shopper = customer("alice")
    shopper.puts_in_basket("Harbour mug")
    shopper.goes_to_payment()
    look(shopper.page, "own-cards")

    shopper.page.get_by_role("button", name="Use my gift cards").click()
    shopper.has_left_to_pay("£4.95")
    look(shopper.page, "own-cards-used")
    shopper.chooses_card("4242")
    look(shopper.page, "preview")
    shopper.presses_place_order()
    number = shopper.sees_confirmation()

    expect(shopper.page.locator(".order-payments")).to_contain_text("£4.95")
    look(shopper.page, "thank-you")
    assert [balance(each) for each in cards] == [D("0.00"), D("0.00")]
    shopper.page.goto(f"/accounts/orders/{number}/")
    expect(shopper.page.locator(".order-payments li")).to_have_count(3)
    look(shopper.page, "order")


def test_a_guest_whose_bank_card_is_declined_tries_again(customer, card, look):
    gift_card = card("10.00")
    guest = customer()
    guest.puts_in_basket("Harbour mug")
    guest.goes_to_payment()
    guest.types_code("WRONG-CODE-1234")
    expect(guest.page.get_by_role("alert")).to_contain_text("cannot be used")
    look(guest.page, "wrong-code")
    guest.types_code(gift_card.code)
    guest.has_left_to_pay("£7.95")

    guest.chooses_card("0002")
    guest.presses_place_order()
    expect(guest.page.get_by_text("Your card was declined.")).to_be_visible()
    guest.has_left_to_pay("£7.95")
    look(guest.page, "declined")
    assert (balance(gift_card), gift_card.held) == (D("10.00"), D("0.00"))

    guest.chooses_card("3220")
    guest.presses_place_order()
    look(guest.page, "bank")
    guest.page.get_by_role("button", name="Confirm the payment").click()
    guest.sees_confirmation()
    assert (balance(gift_card), gift_card.held) == (D("0.00"), D("0.00"))


def test_a_card_for_the_home_pays_for_nothing_else(customer, card, look):
    restricted = card("40.00", product_range=catalogue.home_range(), can_be_used_for_non_products=False)
    guest = customer()
    guest.puts_in_basket("Harbour mug", "Market tote")
    guest.goes_to_payment()

    guest.types_code(restricted.code)

    guest.has_left_to_pay("£19.95")
    expect(guest.page.get_by_text("Up to £14.00 can be paid from it.")).to_be_visible()
    look(guest.page, "restricted")
    guest.chooses_card("4242")
    guest.presses_place_order()
    guest.sees_confirmation()
    assert balance(restricted) == D("26.00")


def test_staff_refund_at_the_dashboard_and_a_double_click_refunds_once(customer, card, staff, look):
    gift_card = card("10.00")
    guest = customer()
    guest.puts_in_basket("Harbour mug")
    guest.goes_to_payment()
    guest.types_code(gift_card.code)
    guest.chooses_card("4242")
    guest.presses_place_order()
    number = guest.sees_confirmation()

    admin = staff("admin")
    admin.goto(f"/dashboard/orders/{number}/#payment")
    form = admin.locator("#refund-form")
    expect(form).to_be_visible()
    form.get_by_label("Amount").fill("9.95")
    form.get_by_role("button", name="Continue").click()
    expect(admin.get_by_role("button", name="Refund £9.95 now")).to_be_visible()
    assert balance(gift_card) == D("0.00")
    look(admin, "refund-reviewed", within="#review-form")
    admin.get_by_role("button", name="Refund £9.95 now").dblclick()

    expect(admin.get_by_text("£9.95 was refunded.").first).to_be_visible()
    look(admin, "refunded", within="#payment")
    expect(admin.locator("#refund-form")).to_contain_text("up to £8.00")
    assert balance(gift_card) == D("2.00")
    refunded = get_model("order", "Order").objects.get(number=number).payment_events.filter(event_type__name="Refund")
    assert refunded.count() == 1

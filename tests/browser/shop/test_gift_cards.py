"""Gift cards as their buyers, recipients and owners meet them."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import expect

from accounts_ledger.models import Account

pytestmark = pytest.mark.browser


def test_a_gift_card_is_bought_mailed_and_spent(customer, look, shop):
    buyer = customer()
    buyer.opens("Gift card")
    look(buyer.page, "gift-card")
    buyer.page.get_by_label("Value").fill("30")
    buyer.page.get_by_label("Recipient's name").fill("Rosa")
    buyer.page.get_by_label("Recipient's e-mail address").fill("rosa@example.com")
    buyer.page.get_by_label("Message").fill("Happy birthday!")
    buyer.presses_add_to_basket()
    buyer.goes_to_payment(delivered=False)
    buyer.chooses_card("4242")
    look(buyer.page, "preview-gift-card")
    buyer.presses_place_order()
    buyer.sees_confirmation()
    expect(buyer.page.locator(".order-gift-cards")).to_contain_text("£30.00 for rosa@example.com")
    look(buyer.page, "thank-you-gift-card")

    call_command("deliver_gift_cards")  # the worker's part
    (letter,) = [message for message in mail.outbox if message.to == ["rosa@example.com"]]
    code = re.search(r"Code:\s+(\S+)", letter.body)[1]
    rosa = customer()
    rosa.page.set_content(letter.alternatives[0].content)
    look(rosa.page, "mail")
    rosa.puts_in_basket("Harbour mug")
    rosa.goes_to_payment()
    rosa.types_code(code.lower())
    rosa.has_left_to_pay("£0.00")
    look(rosa.page, "covered")
    rosa.goes_on()
    rosa.presses_place_order()
    rosa.sees_confirmation()
    expect(rosa.page.locator(".order-payments")).to_contain_text("Remaining balance £12.05")
    assert Account.objects.get(code=code.replace("-", "")).balance == D("12.05")


def test_a_customer_adds_a_card_and_reads_its_statement(customer, card, look):
    gift_card = card("25.00")
    page = customer("ben").page
    page.goto("/gift-cards/balance/")
    look(page, "balance")
    page.get_by_label("Code").fill(gift_card.code)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_contain_text("£25.00")
    look(page, "balance-known")

    page.goto("/accounts/gift-cards/")
    look(page, "no-gift-cards")
    page.get_by_label("Code").fill(gift_card.code)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("was added to your account.")).to_be_visible()
    look(page, "my-gift-cards")
    page.get_by_role("link", name="Statement").click()
    expect(page.get_by_role("row").filter(has_text="Loaded")).to_contain_text("£25.00")
    look(page, "statement")

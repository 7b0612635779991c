"""The story that this product exists for, by mouse and keyboard: from a CSV file to the statement of a spent card."""

import re
from decimal import Decimal as D

import pytest
from playwright.sync_api import Page, expect

from accounts_ledger.models import Account

pytestmark = pytest.mark.browser

CARDS = """\
code,amount,description
LILAC-FERRY-41,50.00,Thank you for ten years with us
LILAC-FERRY-42,25.00,Thank you for ten years with us
"""


def test_cards_from_a_csv_file_are_spent_at_the_checkout_and_seen_in_the_books(staff, visitor, picture, books):
    manager = staff("manager")
    picture(manager, "dashboard")
    load_cards(manager, import_cards(staff("clerk"), picture), picture)
    order_number = buy_with_card(visitor(), "lilac ferry 41", picture)
    see_statement(manager, order_number, picture)
    make_it_good(manager, order_number, picture)
    prove_the_liability(manager, picture)

    assert Account.objects.get(code="LILACFERRY41").balance == D("50.00") - D("17.95") + D("5.00") + D("3.95")


def import_cards(page: Page, picture) -> str:
    """Upload and check a file of cards; return the address of its batch."""
    page.goto("/admin/accounts_ledger/giftcardbatch/")
    page.get_by_role("link", name="Import a file").click()
    page.set_input_files("[name=file]", {"name": "ten-years.csv", "mimeType": "text/csv", "buffer": CARDS.encode()})
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Check the file")).to_be_visible()
    picture(page, "import-columns")
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#batch-value")).to_have_text("£75.00")
    expect(page.locator("#batch-cards")).to_have_text("2")
    expect(page.locator("#batch-errors")).to_have_text("0")
    picture(page, "import-preview")
    assert not Account.objects.filter(code="LILACFERRY41").exists()
    expect(page.get_by_text("somebody else has to load it")).to_be_visible()
    return page.url


def load_cards(page: Page, batch: str, picture) -> None:
    page.goto(batch)
    page.get_by_role("link", name="Load these cards…").click()
    page.get_by_role("button", name="Load the cards").click()
    expect(page.get_by_text("2 gift cards were loaded.")).to_be_visible()
    expect(page.locator("#batch-cards-list tbody tr")).to_have_count(2)
    picture(page, "import-loaded")


def buy_with_card(page: Page, code: str, picture) -> str:
    """Buy a mug for 14.00 and its delivery for 3.95 as a guest; return the order's number."""
    page.goto("/catalogue/")
    page.get_by_role("link", name="Harbour mug").first.click()
    page.get_by_role("button", name="Add to basket").click()
    page.goto("/checkout/")
    page.fill("[name=username]", "guest@example.com")
    page.locator("#id_options_0").check()
    page.get_by_role("button", name="Continue").click()
    for name, value in {
        "first_name": "Gwen",
        "last_name": "Guest",
        "line1": "1 Harbour Street",
        "line4": "Whitby",
        "postcode": "YO21 3PU",
    }.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=country]", "GB")
    page.get_by_role("button", name="Continue").click()

    page.fill("#account-code-form [name=code]", code)
    picture(page, "checkout-code")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#left-to-pay")).to_have_text("£0.00")
    page.get_by_role("link", name="Continue").click()
    picture(page, "checkout-preview")
    page.get_by_role("button", name="Place order").click()
    page.wait_for_url("**/checkout/thank-you/**")
    picture(page, "checkout-thank-you")
    heading = page.get_by_role("heading", name=re.compile(r"Order \d+")).inner_text()
    return re.search(r"\d+", heading)[0]


def see_statement(page: Page, order_number: str, picture) -> None:
    card = Account.objects.get(code="LILACFERRY41")
    page.goto("/admin/accounts_ledger/account/")
    page.goto(f"/admin/accounts_ledger/account/{card.pk}/change/")
    spent = page.locator("#statement tbody tr").filter(has_text=order_number)
    expect(spent).to_contain_text("Redemption")
    expect(spent).to_contain_text("17.95")
    expect(spent).to_contain_text("32.05")
    picture(page, "statement")


def make_it_good(page: Page, order_number: str, picture) -> None:
    """Top the card up for goodwill, and refund the order's delivery."""
    statement = page.url
    page.get_by_role("link", name="Top up").click()
    page.select_option("[name=source]", label="Goodwill")
    page.fill("[name=amount]", "5.00")
    page.fill("[name=description]", "Apology for a late delivery")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("£37.05")).to_be_visible()
    picture(page, "top-up")
    page.get_by_role("button", name="Top up now").click()
    expect(page.get_by_text("now holds £37.05")).to_be_visible()

    page.goto(statement)
    page.locator("#statement tbody tr").filter(has_text=order_number).get_by_role(
        "link", name="Redemption", exact=True
    ).click()
    page.get_by_role("link", name="Refund", exact=True).click()
    page.fill("[name=amount]", "3.95")
    page.fill("[name=description]", "Delivered late")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#headline")).to_have_text("£3.95")
    picture(page, "refund")
    page.get_by_role("button", name="Refund").click()
    expect(page.get_by_text("£3.95 refunded")).to_be_visible()


def prove_the_liability(page: Page, picture) -> None:
    page.goto("/admin/reports/roll-forward/")
    expect(page.get_by_text("Closing = balances at the end of the period")).to_be_visible()
    picture(page, "roll-forward")

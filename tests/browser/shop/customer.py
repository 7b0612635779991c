"""Somebody who shops, by mouse and keyboard: each method is one thing they do."""

from __future__ import annotations

import re

from oscar.core.loading import get_model
from playwright.sync_api import Page, expect

ADDRESS = {
    "first_name": "Gwen",
    "last_name": "Guest",
    "line1": "1 Harbour Street",
    "line4": "Whitby",
    "postcode": "YO21 3PU",
}


class Customer:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_guest = True

    def logs_in(self, email: str, password: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.fill("[name=login-username]", email)
        self.page.fill("[name=login-password]", password)
        self.page.get_by_role("button", name="Log In").click()
        expect(self.page.locator("#logout_link")).to_be_attached()
        self.is_guest = False

    def opens(self, title: str) -> None:
        self.page.goto(get_model("catalogue", "Product").objects.get(title=title).get_absolute_url())

    def puts_in_basket(self, *titles: str) -> None:
        for title in titles:
            self.opens(title)
            self.presses_add_to_basket()

    def presses_add_to_basket(self) -> None:
        # Products that were looked at before have a button each, too.
        self.page.locator("#add_to_basket_form").get_by_role("button").click()

    def goes_to_payment(self, delivered: bool = True) -> None:
        page = self.page
        page.goto("/checkout/")
        if self.is_guest:
            page.fill("[name=username]", "guest@example.com")
            page.locator("#id_options_0").check()
            page.get_by_role("button", name="Continue").click()
        if delivered:
            for name, value in ADDRESS.items():
                page.fill(f"[name={name}]", value)
            page.select_option("[name=country]", "GB")
            page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/checkout/payment-details/")

    def types_code(self, code: str) -> None:
        self.page.fill("#account-code-form [name=code]", code)
        self.page.get_by_role("button", name="Apply").click()

    def has_left_to_pay(self, amount: str) -> None:
        expect(self.page.locator("#left-to-pay")).to_have_text(amount)

    def chooses_card(self, digits: str) -> None:
        """Go on to the preview, to pay the rest with the demo card that ends in *digits*."""
        self.page.get_by_label(digits).check(force=True)  # Bootstrap draws the radio button over the real one
        self.page.locator("#demo-card-form").get_by_role("button", name="Continue").click()

    def goes_on(self) -> None:
        """Go on to the preview when nothing is left to pay."""
        self.page.get_by_role("link", name="Continue").click()

    def presses_place_order(self) -> None:
        self.page.get_by_role("button", name="Place order").click()

    def sees_confirmation(self) -> str:
        """Return the number of the order that was placed."""
        self.page.wait_for_url("**/checkout/thank-you/**")
        return re.search(r"\d+", self.page.get_by_role("heading", name=re.compile(r"Order \d+")).inner_text())[0]

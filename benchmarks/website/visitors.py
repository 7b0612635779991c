"""What visitors do: Locust runs this file against the site that `stage` has prepared.

Each visit has an address of its own, which the server believes because the visitors are its trusted proxy: otherwise
the limits for guessing would rightly stop them.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from locust import HttpUser, between, constant, task
from locust.contrib.fasthttp import FastHttpUser

from benchmarks.website.form import form_with

PLAN: dict[str, Any] = json.loads(Path(os.environ["WEBSITE_PLAN"]).read_text())
_CODES = iter(PLAN["codes"])
_ADDRESSES = (f"10.{a}.{b}.{c}" for a, b, c in itertools.product(range(256), range(256), range(1, 255)))
_ADMIN = "/admin/accounts_ledger"


class _Browser:
    """Cookies of its own, forms as a browser sends them, and a failure for every page that is not as it should be."""

    client: Any
    address: str

    def open(self, path: str, name: str) -> str:
        return self._expected("GET", path, name, "").text

    def send(self, path: str, name: str, data: dict[str, Any], then: str = "", page: str | None = None) -> str:
        """Post *data* from *page* (or the path itself); the page that follows must have the text *then*."""
        return self._expected("POST", path, name, then, page, data=data).text

    def _expected(self, method: str, path: str, name: str, then: str, page: str | None = None, **arguments: Any) -> Any:
        headers = {"X-Forwarded-For": self.address, "Referer": PLAN["host"] + (page or path)}
        with self.client.request(
            method, path, name=name, headers=headers, catch_response=True, **arguments
        ) as response:
            if response.status_code != 200:
                response.failure(f"status {response.status_code}")
            elif then not in response.text:
                response.failure(f"{then!r} is not on the page that follows")
        return response


class Shopper(_Browser, FastHttpUser):
    """A guest who buys a mug and pays with a gift card."""

    weight = 12
    wait_time = between(1, 3)

    @task
    def buy(self) -> None:
        self.client.cookiejar.clear()
        self.address = next(_ADDRESSES)
        self.open("/", "shop: front page")
        product = random.choice(PLAN["products"])
        page = self.open(product["page"], "shop: product")
        self.send(product["add"], "shop: into the basket", form_with(page, "quantity"), "Basket", product["page"])
        page = self.open("/checkout/", "checkout: who")
        guest = form_with(page, "username") | {"username": "guest@example.com", "options": "anonymous"}
        page = self.send("/checkout/", "checkout: guest", guest, "first_name")
        where = form_with(page, "first_name") | PLAN["address"]
        page = self.send("/checkout/shipping-address/", "checkout: address", where, "id_code")
        self._pay(page)

    def _pay(self, page: str) -> None:
        code = form_with(page, "code") | {"action": "use-code", "code": next(_CODES)}
        self.send("/checkout/payment-details/", "checkout: gift card", code, "20.00")
        page = self.open("/checkout/preview/", "checkout: preview")
        self.send("/checkout/preview/", "checkout: place order", form_with(page, "action"), "Order contents")


class Holder(_Browser, FastHttpUser):
    """Somebody who looks what is left on a card; now and then the code is mistyped."""

    weight = 5
    wait_time = between(1, 3)

    @task
    def check(self) -> None:
        self.client.cookiejar.clear()
        self.address = next(_ADDRESSES)
        page = self.open("/gift-cards/balance/", "balance check: page")
        code = random.choice(PLAN["known_codes"])
        answer = "£"
        if random.random() < 0.1:
            code, answer = code[:-1] + random.choice("ACDEF"), ""
        self.send("/gift-cards/balance/", "balance check: answer", form_with(page, "code") | {"code": code}, answer)


class _Staff(_Browser, HttpUser):
    abstract = True

    def on_start(self) -> None:
        self.address = next(_ADDRESSES)
        page = self.open("/admin/login/", "admin: login page")
        who = form_with(page, "password") | {"username": PLAN["user"], "password": PLAN["password"]}
        self.send("/admin/login/?next=/admin/", "admin: login", who, "Accounts")


class Clerk(_Staff):
    """Finance staff: lists, searches, one card after the other, a top-up, a report."""

    weight = 3
    wait_time = between(1, 4)

    @task(4)
    def look_a_card_up(self) -> None:
        page = self.open(f"{_ADMIN}/account/", "admin: accounts")
        asked = form_with(page, "q") | {"q": random.choice(PLAN["known_codes"])}
        self.send(f"{_ADMIN}/account/find/", "admin: accounts, search", asked, "Statement", f"{_ADMIN}/account/")
        self.open(f"{_ADMIN}/account/{random.choice(PLAN['cards'])}/change/", "admin: account")

    @task(2)
    def browse(self) -> None:
        self.open("/admin/", "admin: dashboard")
        self.open(f"{_ADMIN}/account/", "admin: accounts")
        self.open(f"{_ADMIN}/account/?p=2&status=Open", "admin: accounts, filtered")
        self.open(f"{_ADMIN}/transfer/", "admin: transfers")

    @task(2)
    def top_up(self) -> None:
        path = f"{_ADMIN}/account/{random.choice(PLAN['cards'])}/top-up/"
        page = self.open(path, "admin: top-up page")
        self.send(path, "admin: top-up", form_with(page, "amount") | {"amount": "1.00", "description": "Goodwill"})

    @task(1)
    def report(self) -> None:
        self.open(f"/admin/reports/statement/?whose={random.choice(PLAN['known_codes'])}", "admin: statement")


class Importer(_Staff):
    """One member of staff who loads a file of cards while everybody else is there."""

    fixed_count = 1
    wait_time = constant(600)

    @task
    def load_a_file(self) -> None:
        upload = f"{_ADMIN}/giftcardbatch/upload/"
        fields = form_with(self.open(upload, "import: upload page"), "source")
        with Path(PLAN["file"]).open("rb") as file:
            reading = self._expected("POST", upload, "import: upload", "date_order", data=fields, files={"file": file})
        path = urlsplit(reading.url).path
        self.send(path, "import: start the check", form_with(reading.text, "date_order"))
        batch = path.removesuffix("reading/")
        self._wait_for(batch, "Load these cards")
        page = self.open(f"{batch}confirm/", "import: confirm page")
        self.send(f"{batch}confirm/", "import: confirm", form_with(page, "csrfmiddlewaretoken"))
        self._wait_for(batch, "Loaded")

    def _wait_for(self, batch: str, then: str) -> None:
        """Look at the progress every second, as the page does, until the job has ended; then *then* is on the page."""
        while "HX-Refresh" not in self._expected("GET", f"{batch}progress/", "import: progress", "").headers:
            time.sleep(1)
        self._expected("GET", f"{batch}change/", "import: batch", then)

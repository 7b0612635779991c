"""One shop for all stories of this folder: making it anew for each would take longer than the stories.

Each story brings cards of its own and somebody who is in no other story, and leaves what it has done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal as D

import pytest
from django.test import TransactionTestCase
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts_ledger import chart, facade
from accounts_ledger.models import Account
from backoffice.demo import catalogue, people
from tests.browser.accessibility import findings
from tests.browser.conftest import DESKTOP, PASSWORD, PHONE
from tests.browser.shop.customer import Customer
from tests.conftest import assert_books_balance


@pytest.fixture(scope="package")
def shop(chromium, engine, django_db_setup, django_db_blocker) -> Iterator[str]:
    """The URL of a server with the demo's people and products. Everybody's password is `PASSWORD`."""
    with django_db_blocker.unblock():
        people.create(PASSWORD)
        catalogue.create()
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        TransactionTestCase()._fixture_teardown()  # empties the tables


@pytest.fixture
def transactional_db(shop) -> None:
    """In place of pytest-django's own, which would empty the tables after each story."""


@pytest.fixture(autouse=True)
def books(transactional_db) -> Iterator[None]:
    """Whatever was done, the books balance."""
    yield
    assert_books_balance()


@pytest.fixture
def card(shop) -> Callable[..., Account]:
    """Issues a gift card: ``card("20.00", primary_user=…)``."""
    return lambda amount, **fields: facade.issue(
        chart.bank(), D(amount), account_type=chart.deferred_income_types().first(), **fields
    )


@pytest.fixture
def customer(visitor) -> Callable[..., Customer]:
    """Opens the shop for one more customer: a guest, or ``customer("alice")``."""

    def arrive(username: str = "", **options) -> Customer:
        arrived = Customer(visitor(**options))
        if username:
            arrived.logs_in(f"{username}@example.com", PASSWORD)
        return arrived

    return arrive


@pytest.fixture
def look(picture) -> Iterator[Callable[..., None]]:
    """Looks at a page as it is on a desktop and on a phone: a picture, its width, and what axe-core finds grave.

    ``within`` limits the look to our part of a page that is not ours.
    """
    found: list[str] = []

    def inspect(page: Page, name: str, within: str = "html") -> None:
        before = page.viewport_size
        for device, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            page.set_viewport_size(viewport)
            picture(page, f"shop-{name}-{device}")
            found.extend(f"{name}, {device}: {finding}" for finding in findings(page, within))
            if within == "html" and page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
                found.append(f"{name}, {device}: wider than the screen")
        page.set_viewport_size(before)

    yield inspect
    assert not found, "\n".join(found)

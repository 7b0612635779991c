"""Guests who stand before the "place order" button, each with a basket of their own and, if asked for, a card."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

_PRICE = Decimal("16.05")
_TOTAL = Decimal("20.00")  # with the shop's delivery
_PRODUCTS = 100

_ADDRESS = {
    "first_name": "Barry",
    "last_name": "Chuckle",
    "line1": "1 King's Road",
    "line4": "London",
    "postcode": "SW3 5AA",
    "country_id": "GB",
}


def stock_shelves() -> None:
    """Create many products, so that orders do not queue for one product's stock."""
    from oscar.apps.address.models import Country
    from oscar.test.factories import create_product

    Country.objects.get_or_create(
        iso_3166_1_a2="GB",
        defaults={"printable_name": "United Kingdom", "name": "United Kingdom", "is_shipping_country": True},
    )
    for number in range(_PRODUCTS):
        create_product(title=f"Mug {number}", product_class="Mug", price=_PRICE, num_in_stock=1_000_000)


def place_orders(with_cards: bool, portion: int) -> Callable[[], None]:
    """Return a step that places the order of one shopper: the request that the button sends, all of it.

    Args:
        with_cards: each shopper pays with a gift card of their own; else nothing is paid, by Oscar's own view.
        portion: how many shoppers are made ready at a time.
    """
    from django.conf import settings
    from django.test import Client

    settings.ROOT_URLCONF = "backoffice.urls" if with_cards else "benchmarks.plain_checkout"
    settings.SECURE_SSL_REDIRECT = False
    waiting = _shoppers(portion, with_cards)
    client = Client()

    def step() -> None:
        if not waiting:
            waiting.extend(_shoppers(portion, with_cards))
        session, basket, seen = waiting.pop()
        _become(client, session, basket)
        response = client.post("/checkout/preview/", {"action": "place_order", "order_seen": seen})
        if response.status_code != 302 or not response["Location"].endswith("/thank-you/"):
            raise RuntimeError(f"The order was not placed: {response.status_code} {response.get('Location')}")

    return step


def _become(client: Any, session: str, basket: str) -> None:
    from django.conf import settings

    client.cookies.clear()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    client.cookies[settings.OSCAR_BASKET_COOKIE_OPEN] = basket


def _order_seen(session: str, basket: str) -> str:
    """Return the note that the preview's form carries."""
    from django.test import Client

    client = Client()
    _become(client, session, basket)
    found = re.search(r'name="order_seen" value="([^"]+)"', client.get("/checkout/preview/").content.decode())
    if found is None:
        raise RuntimeError("The preview shows no order.")
    return found[1]


def _shoppers(count: int, with_cards: bool) -> list[tuple[str, str, str]]:
    """Return sessions, baskets, and the notes of the previews that they have seen."""
    from oscar.apps.basket.middleware import BasketMiddleware
    from oscar.core.loading import get_model

    hash_of = BasketMiddleware(lambda request: None).get_basket_hash
    baskets = [_basket(get_model("basket", "Basket")) for _ in range(count)]
    cards = loaded_cards(count) if with_cards else [None] * count
    ready = [(_session(card), hash_of(basket.pk)) for basket, card in zip(baskets, cards, strict=True)]
    return [(session, basket, _order_seen(session, basket) if with_cards else "") for session, basket in ready]


def _basket(model: Any) -> Any:
    from oscar.apps.partner.models import StockRecord

    record = StockRecord.objects.order_by("pk")[random.randrange(_PRODUCTS)]
    basket = model.objects.create()
    basket.lines.create(
        line_reference=f"{record.product_id}_{record.pk}",
        product_id=record.product_id,
        stockrecord=record,
        quantity=1,
        price_currency="GBP",
        price_excl_tax=_PRICE,
        price_incl_tax=_PRICE,
    )
    return basket


def loaded_cards(count: int) -> list[Any]:
    """Return *count* new gift cards with the price of an order on each."""
    from accounts_ledger import chart, codes, facade
    from accounts_ledger.models import Account

    cards = Account.objects.bulk_create([Account(code=codes.generate()) for _ in range(count)])
    bank = chart.bank()
    facade.transfer_many([facade.TransferRequest(source=bank, destination=card, amount=_TOTAL) for card in cards])
    return cards


def _session(card: Any) -> str:
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session["checkout_data"] = {
        "guest": {"email": "guest@example.com"},
        "shipping": {"new_address_fields": _ADDRESS, "method_code": "tracked-delivery"},
        "accounts": {"allocations": {str(card.pk): str(_TOTAL)}} if card is not None else {},
    }
    session.create()
    assert session.session_key is not None
    return session.session_key

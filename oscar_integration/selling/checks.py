"""System checks of a shop that sells gift cards: a fork that lacks its mixin would tax or discount them unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from oscar.core.loading import get_class, get_model

from accounts_ledger import conf as ledger_conf
from oscar_integration import whole_amounts
from oscar_integration.selling.form import GiftCardFormMixin
from oscar_integration.selling.pricing import GiftCardBasketMixin, GiftCardLineMixin, GiftCardPricingMixin


def check_gift_cards_are_sold_whole(**kwargs: Any) -> list[CheckMessage]:
    """Warn when some of what selling gift cards needs is wired, and some is not. None of it: no gift cards are sold."""
    wired = dict(_wiring())
    missing = [name for name, is_there in wired.items() if not is_there]
    if not missing or len(missing) == len(wired):
        return []
    return [
        Warning(
            f"Gift cards could be taxed, discounted or sold unchecked: {', '.join(missing)} is not used.",
            hint="Put it before Oscar's class in your fork, as backoffice/shop/ does (docs/shop.md).",
            id="oscar_integration.W015",
        )
    ]


def check_amounts_are_whole(**kwargs: Any) -> list[CheckMessage]:
    """Warn when discounts would have decimals that the currency has not: no account could pay them."""
    currencies = [code for code in ledger_conf.currencies() if whole_amounts.unit(code) == 1]
    if not currencies or getattr(settings, "OSCAR_OFFER_ROUNDING_FUNCTION", None):
        return []
    return [
        Warning(
            f"{', '.join(currencies)} has no decimals, and OSCAR_OFFER_ROUNDING_FUNCTION is not set: discounts would "
            "leave amounts that no account can pay.",
            hint='Set it to "oscar_integration.whole_amounts.discount".',
            id="oscar_integration.W016",
        )
    ]


def _wiring() -> Iterator[tuple[str, bool]]:
    yield "GiftCardBasketMixin (basket.Basket)", issubclass(get_model("basket", "Basket"), GiftCardBasketMixin)
    yield "GiftCardLineMixin (basket.Line)", issubclass(get_model("basket", "Line"), GiftCardLineMixin)
    form = get_class("basket.forms", "AddToBasketForm")
    yield "GiftCardFormMixin (basket.forms.AddToBasketForm)", issubclass(form, GiftCardFormMixin)
    strategy = get_class("partner.strategy", "Selector")().strategy()
    yield "GiftCardPricingMixin (partner.strategy)", isinstance(strategy, GiftCardPricingMixin)

"""The price of a gift card whose value the buyer has chosen: that value."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from oscar.core.loading import get_class

from accounts_ledger.money import ZERO
from oscar_integration.selling import product as gift_card


class GiftCardPricingMixin:
    """Goes before the shop's purchase strategy."""

    def fetch_for_line(self, line: Any, stockrecord: Any = None) -> Any:
        info = super().fetch_for_line(line, stockrecord)  # type: ignore[misc]  # Oscar's strategy
        if not gift_card.is_gift_card(line.product):
            return info
        chosen = {attribute.option.code: attribute.value for attribute in line.attributes.select_related("option")}
        return _at_value(info, chosen.get(gift_card.VALUE))


class GiftCardBasketMixin:
    """Goes before Oscar's ``AbstractBasket``: a line is added at the price that it will have."""

    def get_stock_info(self, product: Any, options: Iterable[dict[str, Any]]) -> Any:
        info = super().get_stock_info(product, options)  # type: ignore[misc]  # Oscar's basket
        if not gift_card.is_gift_card(product):
            return info
        chosen = {option["option"].code: option["value"] for option in options or ()}
        return _at_value(info, chosen.get(gift_card.VALUE))


def _at_value(info: Any, value: object) -> Any:
    if value is None:
        return info
    FixedPrice = get_class("partner.prices", "FixedPrice")
    # No tax: it is due when the card is spent.
    return info._replace(price=FixedPrice(info.price.currency, Decimal(str(value)), tax=ZERO))

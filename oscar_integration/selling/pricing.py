"""What a gift card costs: its value, whole, without tax. The tax is due when the card is spent."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from oscar.apps.partner.prices import FixedPrice

from accounts_ledger.money import ZERO
from oscar_integration import whole_amounts
from oscar_integration.selling import limits
from oscar_integration.selling import options as gift_card_options
from oscar_integration.selling import product as gift_card
from oscar_integration.selling.availability import GiftCardAvailability, currency_refusal


class UntaxedPrice(FixedPrice):
    """A price that stays without tax, also in shops that work the tax out late in the checkout."""

    @property
    def tax(self) -> Decimal:
        return ZERO

    @tax.setter
    def tax(self, value: object) -> None:
        """Ignore what a shop works out for all lines of a basket."""


class GiftCardPricingMixin:
    """Goes before the shop's purchase strategy. Prices of all products come in whole units of their currency."""

    def fetch_for_product(self, product: Any, stockrecord: Any = None) -> Any:
        return _mended(product, super().fetch_for_product(product, stockrecord))  # type: ignore[misc]  # Oscar's

    def fetch_for_parent(self, product: Any) -> Any:
        return _mended(product, super().fetch_for_parent(product))  # type: ignore[misc]  # Oscar's strategy

    def fetch_for_line(self, line: Any, stockrecord: Any = None) -> Any:
        info = super().fetch_for_line(line, stockrecord)  # type: ignore[misc]  # Oscar's strategy
        if not gift_card.is_gift_card(line.product):
            return info
        return _as_chosen(line.product, info, gift_card_options.chosen_for(line))

    def get_exponent(self, stockrecord: Any) -> Decimal:
        """Return to what a tax is rounded: to whole units, in a currency that has no smaller ones."""
        places: Decimal = super().get_exponent(stockrecord)  # type: ignore[misc]  # Oscar's FixedRateTax
        unit = whole_amounts.unit(stockrecord.price_currency)
        return max(places, unit) if unit == 1 else places


class GiftCardBasketMixin:
    """Goes before Oscar's ``AbstractBasket``: gift cards cost what was chosen, and count for no offer."""

    _lines: Any

    def get_stock_info(self, product: Any, options: Iterable[dict[str, Any]]) -> Any:
        info = super().get_stock_info(product, options)  # type: ignore[misc]  # Oscar's basket
        if not gift_card.is_gift_card(product):
            return info
        return _as_chosen(product, info, {option["option"].code: option["value"] for option in options or ()})

    def all_lines(self) -> Any:
        """Return Oscar's lines. Of gift cards no offer sees that they could be discounted, whatever staff ticked."""
        is_cached = self._lines is not None
        lines = super().all_lines()  # type: ignore[misc]  # Oscar's basket
        if not is_cached and self._lines is not None:
            self._lines = lines = lines.select_related(
                "product__product_class", "product__parent__product_class", "stockrecord"
            )
            for line in lines:
                if gift_card.is_gift_card(line.product):
                    line.product.is_discountable = False  # on this instance; it is never saved
        return lines

    def is_quantity_allowed(self, qty: int, line: Any = None) -> tuple[bool, Any]:
        """Return whether *qty* more can be bought (of *line*, if it is given), and if not, why."""
        if line is None or not gift_card.is_gift_card(line.product):
            allowed: tuple[bool, Any] = super().is_quantity_allowed(qty, line)  # type: ignore[misc]  # Oscar's basket
            return allowed
        permitted, reason = line.purchase_info.availability.is_purchase_permitted(line.quantity + qty)
        if permitted and qty > 0:
            reason = limits.too_many_in_order(limits.gift_cards_in(self) + qty)
            permitted = reason is None
        return (False, reason) if not permitted else super().is_quantity_allowed(qty)  # type: ignore[misc]  # as above


class GiftCardLineMixin(whole_amounts.WholeAmountsLineMixin):
    """Goes before Oscar's ``AbstractLine``: discounts come in whole units, and no rule discounts a gift card."""

    product: Any

    def discount(self, discount_value: Decimal, *args: Any, **kwargs: Any) -> None:
        if not gift_card.is_gift_card(self.product):
            super().discount(discount_value, *args, **kwargs)


def _mended(product: Any, info: Any) -> Any:
    info = info._replace(price=whole_amounts.price(info.price))
    return _untaxed(product, info) if gift_card.is_gift_card(product) else info


def _as_chosen(product: Any, info: Any, chosen: dict[str, Any]) -> Any:
    value = gift_card_options.value_of(chosen)
    info = _untaxed(product, info, value if value is not None and value > 0 else None)
    availability = info.availability
    if not availability.refusal:
        availability.refusal = gift_card_options.refusal(product, chosen, info.price.currency)
    return info


def _untaxed(product: Any, info: Any, value: Decimal | None = None) -> Any:
    """Return *info* at *value*, if it is given, without tax, and available if it can be issued."""
    if not info.price.exists:
        return info._replace(availability=_asking(info.availability))
    currency = info.price.currency
    price = UntaxedPrice(currency, value if value is not None else info.price.excl_tax)
    refusal = currency_refusal(currency) or _worthless(product, price)
    return info._replace(price=price, availability=_asking(info.availability, refusal))


def _worthless(product: Any, price: FixedPrice) -> str | None:
    """Return why *product* cannot be sold at *price*, None if it can: of nothing, no card comes to be."""
    if price.excl_tax > ZERO or gift_card.has_value_option(product):
        return None
    return _("gift cards that are worth nothing are not sold")


def _asking(availability: Any, refusal: str | None = None) -> GiftCardAvailability:
    inner = availability.inner if isinstance(availability, GiftCardAvailability) else availability
    return GiftCardAvailability(inner, refusal)

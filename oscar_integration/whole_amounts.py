"""Amounts in whole units of their currency, everywhere in the shop: no account can pay a tenth of a yen, or of a penny.

Oscar rounds to two decimals whatever the currency has, and leaves the discount of a line unrounded.
"""

from __future__ import annotations

import copy
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from oscar.core.prices import Price

from accounts_ledger import conf as ledger_conf
from accounts_ledger import money


def unit(currency: str | None) -> Decimal:
    """Return the smallest amount of *currency* (default: the site's): 0.01, or 1."""
    return Decimal(1).scaleb(-money.decimals(currency or ledger_conf.default_currency()))


def rounded(amount: Decimal, currency: str | None, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Return *amount* in whole units of *currency*, with two decimals, as Oscar and the ledger write it."""
    return Decimal(amount).quantize(unit(currency), rounding).quantize(money.ZERO)


def discount(amount: Decimal, currency: str | None = None) -> Decimal:
    """Return a discount in whole units, rounded down as Oscar does. To be set as ``OSCAR_OFFER_ROUNDING_FUNCTION``."""
    return rounded(amount, currency, ROUND_DOWN)


def price(shown: Any) -> Any:
    """Return Oscar's price *shown* in whole units, for currencies that have no smaller ones; others as they are."""
    if not shown.exists or unit(shown.currency) != 1:
        return shown
    whole = copy.copy(shown)
    whole.excl_tax = rounded(shown.excl_tax, shown.currency)
    if shown.is_tax_known:
        whole.tax = rounded(shown.excl_tax + shown.tax, shown.currency) - whole.excl_tax
    return whole


class WholeAmountsLineMixin:
    """Goes before Oscar's basket ``AbstractLine``: what an offer takes off is rounded, and so is what is left."""

    price_currency: str

    def discount(self, discount_value: Decimal, *args: Any, **kwargs: Any) -> None:
        super().discount(discount(discount_value, self.price_currency), *args, **kwargs)  # type: ignore[misc]  # Oscar's

    @property
    def line_price_incl_tax_incl_discounts(self) -> Any:
        return self._whole(super().line_price_incl_tax_incl_discounts)  # type: ignore[misc]  # Oscar's line

    @property
    def line_price_excl_tax_incl_discounts(self) -> Any:
        return self._whole(super().line_price_excl_tax_incl_discounts)  # type: ignore[misc]  # Oscar's line

    def _whole(self, amount: Any) -> Any:
        return rounded(amount, self.price_currency) if amount is not None and unit(self.price_currency) == 1 else amount


class WholeChargesMixin:
    """Goes before the shop's shipping ``Repository``: a charge of 3.95 is one of 4 where there are no smaller units."""

    def get_available_shipping_methods(self, basket: Any, *args: Any, **kwargs: Any) -> Any:
        methods = super().get_available_shipping_methods(basket, *args, **kwargs)  # type: ignore[misc]  # Oscar's
        return methods if unit(basket.currency) != 1 else [_WholeCharge(method) for method in methods]


class _WholeCharge:
    """A shipping method whose charge is rounded; everything else is the method's own."""

    def __init__(self, method: Any) -> None:
        self._method = method

    def __getattr__(self, name: str) -> Any:
        if name == "_method":
            raise AttributeError(name)  # while it is copied
        return getattr(self._method, name)

    def calculate(self, basket: Any) -> Any:
        charge = self._method.calculate(basket)
        return Price(
            currency=charge.currency,
            excl_tax=rounded(charge.excl_tax, charge.currency),
            incl_tax=rounded(charge.incl_tax, charge.currency) if charge.is_tax_known else None,
            tax_code=charge.tax_code,
        )

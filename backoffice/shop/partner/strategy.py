"""The example shop's prices: Oscar's default ones, and gift cards at the value that was chosen."""

from typing import Any

from django.http import HttpRequest
from oscar.apps.partner import strategy as oscar_strategy
from oscar.apps.partner.strategy import *  # noqa: F403  (a fork of an Oscar app starts from all of it)

from oscar_integration.selling.pricing import GiftCardPricingMixin


class Default(GiftCardPricingMixin, oscar_strategy.Default):
    pass


class Selector(oscar_strategy.Selector):
    def strategy(self, request: HttpRequest | None = None, user: Any = None, **kwargs: Any) -> Default:
        return Default(request)

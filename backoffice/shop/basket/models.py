"""Oscar's basket; gift cards are added at the value that was chosen, and say so in words."""

from oscar.apps.basket.abstract_models import AbstractBasket, AbstractLine

from oscar_integration.selling.option_texts import DescribedBasketLineMixin
from oscar_integration.selling.pricing import GiftCardBasketMixin, GiftCardLineMixin


class Basket(GiftCardBasketMixin, AbstractBasket):
    pass


class Line(DescribedBasketLineMixin, GiftCardLineMixin, AbstractLine):
    pass


from oscar.apps.basket.models import *  # noqa: E402, F403  (after the own model, which then takes its place)

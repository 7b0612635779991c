"""Oscar's basket; gift cards are added at the value that was chosen."""

from oscar.apps.basket.abstract_models import AbstractBasket

from oscar_integration.selling.pricing import GiftCardBasketMixin


class Basket(GiftCardBasketMixin, AbstractBasket):
    pass


from oscar.apps.basket.models import *  # noqa: E402, F403  (after the own model, which then takes its place)

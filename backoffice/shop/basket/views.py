from oscar.apps.basket import views
from oscar.apps.basket.views import *  # noqa: F403  (a fork of an Oscar app starts from all of it)

from oscar_integration.selling.basket_page import GiftCardBasketViewMixin


class BasketView(GiftCardBasketViewMixin, views.BasketView):
    pass

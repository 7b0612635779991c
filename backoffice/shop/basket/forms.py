from oscar.apps.basket import forms as oscar_forms
from oscar.apps.basket.forms import *  # noqa: F403  (a fork of an Oscar app starts from all of it)

from oscar_integration.selling.form import GiftCardFormMixin


class AddToBasketForm(GiftCardFormMixin, oscar_forms.AddToBasketForm):
    pass


class SimpleAddToBasketForm(oscar_forms.SimpleAddToBasketMixin, AddToBasketForm):
    pass

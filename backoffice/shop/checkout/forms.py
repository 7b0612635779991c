from django import forms
from django.utils.translation import gettext_lazy as _
from oscar.apps.checkout.forms import *  # noqa: F403  (a fork of an Oscar app starts from all of it)

from backoffice.shop.checkout.demo_card import Card


class DemoCardForm(forms.Form):
    """Stands for a card form: what happens is chosen instead of typed."""

    card = forms.ChoiceField(
        label=_("Demo card"),
        choices=Card.choices,
        initial=Card.ACCEPTED,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose a card."), "invalid_choice": _("Please choose a card.")},
    )

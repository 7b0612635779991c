"""What is asked on the page of a gift card: for whom it is, how much it is worth, and when it is to be sent."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_ledger import conf as ledger_conf
from accounts_ledger import money
from oscar_integration import conf
from oscar_integration.selling import product as gift_card

#: Dates further in the future are slips of the pen.
_FURTHEST_DAYS = 366


class GiftCardFormMixin:
    """Goes before Oscar's ``AddToBasketForm``: the options of a gift card become fields that check what is typed."""

    fields: dict[str, forms.Field]
    basket: Any

    def _add_option_field(self, product: Any, option: Any) -> None:
        make = _FIELDS.get(option.code)
        if make is None:
            super()._add_option_field(product, option)  # type: ignore[misc]  # Oscar's form
            return
        field = make(self.basket)
        field.label, field.required = option.name, option.required
        self.fields[option.code] = field


def _value(basket: Any) -> forms.Field:
    currency = basket.currency or ledger_conf.default_currency()
    least, most = conf.get("ACCOUNTS_GIFT_CARD_MIN_VALUE"), conf.get("ACCOUNTS_GIFT_CARD_MAX_VALUE")
    limits = {"least": money.display(least, currency), "most": money.display(most, currency)}
    return forms.DecimalField(
        min_value=least,
        max_value=most,
        max_digits=money.MAX_DIGITS,
        decimal_places=money.decimals(currency),
        help_text=_("From %(least)s to %(most)s") % limits,
        widget=forms.NumberInput(attrs={"inputmode": "decimal"}),
    )


def _name(basket: Any) -> forms.Field:
    return forms.CharField(max_length=128, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def _email(basket: Any) -> forms.Field:
    return forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))


def _message(basket: Any) -> forms.Field:
    return forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def _date(basket: Any) -> forms.Field:
    today = timezone.localdate()
    return forms.DateField(
        validators=[_check_date],
        help_text=_("Leave empty to send it at once."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": today.isoformat()}),
    )


def _check_date(day: datetime.date) -> None:
    today = timezone.localdate()
    if day < today:
        raise ValidationError(_("This day is over."))
    if day > today + datetime.timedelta(days=_FURTHEST_DAYS):
        raise ValidationError(_("Please choose a day within a year."))


_FIELDS = {
    gift_card.VALUE: _value,
    gift_card.RECIPIENT_NAME: _name,
    gift_card.RECIPIENT_EMAIL: _email,
    gift_card.MESSAGE: _message,
    gift_card.DELIVERY_DATE: _date,
}

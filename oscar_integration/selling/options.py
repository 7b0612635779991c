"""What the buyer of a gift card says: for whom it is, how much it is worth, and when it is to be sent.

The product page asks by these fields. What was said long ago (an order that is placed again, a basket that was kept)
is checked by the same fields before it is sold.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts_ledger import money
from oscar_integration import conf
from oscar_integration.selling import product as gift_card

#: Dates further in the future are slips of the pen.
_FURTHEST_DAYS = 366
_LONGEST_MESSAGE = 500


def field(code: str, currency: str) -> forms.Field | None:
    """Return the form field that asks for the option *code*, None if it is none of a gift card's."""
    make = _FIELDS.get(code)
    return make(currency) if make else None


def chosen_for(line: Any) -> dict[str, Any]:
    """Return what was chosen for *line*, of a basket or an order, by the codes of the options."""
    attributes = line.attributes.select_related("option").filter(option__isnull=False)
    return {attribute.option.code: attribute.value for attribute in attributes}


def value_of(chosen: Mapping[str, Any]) -> Decimal | None:
    """Return the value that was chosen, None if none was or it is no number."""
    try:
        value = Decimal(str(chosen[gift_card.VALUE]))
    except (KeyError, InvalidOperation):
        return None
    return value if value.is_finite() else None


def refusal(product: Any, chosen: Mapping[str, Any], currency: str) -> str | None:
    """Return why a gift card cannot be sold with what was *chosen* for it, None if it can.

    A delivery date that has passed is no reason: the card is sent at once.
    """
    if gift_card.VALUE not in chosen and gift_card.has_value_option(product):
        return _("its value has to be chosen")
    for code, value in chosen.items():
        asked = field(code, currency)
        if asked is None or (code == gift_card.DELIVERY_DATE and is_past(value)):
            continue
        asked.required = code == gift_card.VALUE
        try:
            asked.clean(value)
        except ValidationError as error:
            return f"{_NAMES[code]()}: {' '.join(error.messages)}"
    return None


def is_past(value: object) -> bool:
    """Whether the delivery date *value*, as options are stored, is over."""
    day = day_of(value)
    return day is not None and day < timezone.localdate()


def day_of(value: object) -> datetime.date | None:
    """Return the day that the option *value* stands for, None if it is empty or no day."""
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        return None


def drop_past_dates(basket: Any) -> list[str]:
    """Forget delivery dates that have passed, and return what to tell the shopper.

    Args:
        basket: one that can be edited; others are left as they are.
    """
    if basket.pk is None or not basket.can_be_edited:
        return []
    told = []
    for attribute in _dates_of(basket):
        day = day_of(attribute.value)
        if day is not None and is_past(day):
            attribute.delete()
            told.append(
                _("The delivery date of '%(product)s', %(day)s, has passed: the gift card will be sent at once.")
                % {"product": attribute.line.product.get_title(), "day": date_format(day)}
            )
    if told:
        basket.reset_offer_applications()
    return told


def _dates_of(basket: Any) -> Any:
    line_attributes = basket.lines.model._meta.get_field("attributes").related_model._default_manager
    dates = line_attributes.filter(line__basket=basket, option__code=gift_card.DELIVERY_DATE)
    return dates.select_related("line__product__parent").order_by("pk")


def _value(currency: str) -> forms.Field:
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


def _name(currency: str) -> forms.Field:
    return forms.CharField(max_length=128, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def _email(currency: str) -> forms.Field:
    return forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))


def _message(currency: str) -> forms.Field:
    return forms.CharField(max_length=_LONGEST_MESSAGE, widget=forms.Textarea(attrs={"rows": 3}))


def _date(currency: str) -> forms.Field:
    today = timezone.localdate()
    return forms.DateField(
        validators=[_check_date],
        help_text=_("Leave empty to send it at once."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": today.isoformat()}),
    )


def _check_date(day: datetime.date) -> None:
    today = timezone.localdate()
    if day < today:
        raise ValidationError(_("Choose today or a later day."))
    if day > today + datetime.timedelta(days=_FURTHEST_DAYS):
        raise ValidationError(_("Please choose a day within a year."))


_FIELDS: dict[str, Callable[[str], forms.Field]] = {
    gift_card.VALUE: _value,
    gift_card.RECIPIENT_NAME: _name,
    gift_card.RECIPIENT_EMAIL: _email,
    gift_card.MESSAGE: _message,
    gift_card.DELIVERY_DATE: _date,
}
_NAMES: dict[str, Callable[[], str]] = {
    gift_card.VALUE: lambda: _("Value"),
    gift_card.RECIPIENT_NAME: lambda: _("Recipient's name"),
    gift_card.RECIPIENT_EMAIL: lambda: _("Recipient's e-mail address"),
    gift_card.MESSAGE: lambda: _("Message"),
    gift_card.DELIVERY_DATE: lambda: _("Send on"),
}

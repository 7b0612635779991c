"""A form field for an amount of money, as finance people type and paste it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts_ledger.money import DECIMAL_PLACES, MAX_DIGITS

# Thousands are told from decimals only where there is no doubt: groups of three commas, and a point.
_WITH_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SYMBOLS = re.compile(r"^[£$€¥\s]+|\s+$")


class AmountField(forms.DecimalField):
    """A Decimal in units of a currency: more than zero, at most two decimals. Reads "£1,234.50" too.

    The currency's own number of decimals is checked when it is known, by the facade.
    """

    default_error_messages = {  # noqa: RUF012  (merged by Django along the classes)
        "invalid": _("Enter an amount such as 25 or 12.50."),
        "min_value": _("Enter an amount that is more than zero."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal("0.01"))
        kwargs.setdefault("widget", UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs say int
        if isinstance(value, str):
            value = _SYMBOLS.sub("", value)
            if _WITH_THOUSANDS.fullmatch(value):
                value = value.replace(",", "")
        return super().to_python(value)

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {}

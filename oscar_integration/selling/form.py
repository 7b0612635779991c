"""The product page of a gift card: what is typed is checked, and how many one order may have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts_ledger import conf as ledger_conf
from oscar_integration.selling import limits, options
from oscar_integration.selling import product as gift_card


class GiftCardFormMixin:
    """Goes before Oscar's ``AddToBasketForm``: the options of a gift card become fields that check what is typed."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]
    basket: Any
    product: Any

    def _add_option_field(self, product: Any, option: Any) -> None:
        field = options.field(option.code, self.basket.currency or ledger_conf.default_currency())
        if field is None:
            super()._add_option_field(product, option)  # type: ignore[misc]  # Oscar's form
            return
        field.label, field.required = option.name, option.required
        self.fields[option.code] = field

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()  # type: ignore[misc]  # Oscar's form
        if gift_card.is_gift_card(self.product):
            more = self.cleaned_data.get("quantity") or 1
            too_many = limits.too_many_in_order(limits.gift_cards_in(self.basket) + more)
            if too_many:
                raise ValidationError(too_many)
        return cleaned

"""Forms of an order's page in the dashboard: a refund, one made elsewhere, and what becomes of an unfinished one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_ledger import money
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from oscar_integration import payments
from oscar_integration.after_order import plan
from oscar_integration.selling import live_cards
from oscar_integration.selling.taking_back import SoldCards


class AmountOfOrderForm(OneTimeKeyMixin):
    """An amount of an order, and what becomes of the gift cards that it was paid for."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), max_digits=money.MAX_DIGITS)
    sold_cards = forms.ChoiceField(label=gettext_lazy("Gift cards of this order"), required=False)

    def __init__(self, *args: Any, order: Any, parts: list[plan.Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.left = plan.total(parts)
        self.live_cards = live_cards.live_cards(order)
        self.cards_in_words = live_cards.describe(self.live_cards)
        self._ask_for_amount(money.decimals(order.currency))
        self._ask_for_cards()

    def _ask_for_amount(self, places: int) -> None:
        field: Any = self.fields["amount"]
        field.decimal_places, field.initial = places, self.left
        smallest = str(Decimal(1).scaleb(-places))
        field.widget.attrs.update(
            {
                "class": "form-control text-right",
                "inputmode": "decimal",
                "min": smallest,
                "max": str(self.left),
                "step": smallest,
            }
        )

    def _ask_for_cards(self) -> None:
        if not self.live_cards:
            del self.fields["sold_cards"]
            return
        choices = list(SoldCards.choices)
        if all(card.is_unused for card in self.live_cards):
            choices = [choice for choice in choices if choice[0] != SoldCards.REMAINDER]
        field: Any = self.fields["sold_cards"]
        field.choices = choices
        field.widget.attrs["class"] = "form-control"


class RefundForm(AmountOfOrderForm):
    """How much of an order goes back to where it came from."""

    field_order = ("amount", "sold_cards", "one_time_key")

    def __init__(self, *args: Any, order: Any, **kwargs: Any) -> None:
        parts = plan.left(order)
        super().__init__(*args, order=order, parts=parts, **kwargs)
        #: What each source can still give back, in the order in which they do.
        self.sources = [(payments.label_of(part.source, part.account), part.amount) for part in parts]


class ElsewhereForm(AmountOfOrderForm):
    """What another payment method has given back without being asked from here: by hand, at its own pages."""

    source = forms.ChoiceField(label=gettext_lazy("Refunded by"), widget=forms.Select(attrs={"class": "form-control"}))
    reference = forms.CharField(
        label=gettext_lazy("Reference there, or how it was refunded"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    field_order = ("source", "amount", "reference", "sold_cards", "one_time_key")

    def __init__(self, *args: Any, order: Any, **kwargs: Any) -> None:
        parts = [part for part in plan.left(order) if part.transfer is None]
        super().__init__(*args, order=order, parts=parts, prefix="elsewhere", **kwargs)
        self.sources = {str(part.source.pk): part.source for part in parts}
        field: Any = self.fields["source"]
        field.choices = [
            (
                str(part.source.pk),
                _("%(method)s, up to %(amount)s")
                % {
                    "method": payments.label_of(part.source, None),
                    "amount": money.display(part.amount, order.currency),
                },
            )
            for part in parts
        ]


class UnfinishedForm(forms.Form):
    """Which unfinished refund is meant, and where the other payment method knows it."""

    refund = forms.IntegerField(widget=forms.HiddenInput)
    reference = forms.CharField(required=False, max_length=100)

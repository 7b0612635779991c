"""The forms of the payment details page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts_ledger import conf, money
from accounts_ledger.models import Account
from oscar_integration.guessing import LONGEST_CODE


class CodeForm(forms.Form):
    """A code, as somebody reads it off a card."""

    code = forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "placeholder": "XXXX-XXXX-XXXX",
            }
        ),
        error_messages={"required": _("Please enter a code.")},
    )


class AllocationForm(forms.Form):
    """How much of one account is to pay for the order, the most that is permitted unless somebody chooses less."""

    account = forms.IntegerField(widget=forms.HiddenInput)
    amount = forms.DecimalField(label=_("Amount"), max_digits=money.MAX_DIGITS)

    def __init__(self, *args: Any, account: Account, maximum: Decimal, chosen: Decimal | None = None, **kwargs: Any):
        kwargs.setdefault("auto_id", f"id_{account.pk}_%s")
        places = money.decimals(account.currency)
        smallest = Decimal(1).scaleb(-places)
        amount_shown = (chosen if chosen is not None else maximum).quantize(smallest)
        kwargs["initial"] = {"account": account.pk, "amount": amount_shown}
        super().__init__(*args, **kwargs)
        self.allocated_account = account
        self.maximum = maximum
        amount: Any = self.fields["amount"]
        amount.decimal_places = places
        amount.validators = forms.DecimalField(
            min_value=smallest, max_value=maximum, max_digits=money.MAX_DIGITS, decimal_places=places
        ).validators
        amount.error_messages["invalid"] = _("Enter an amount.")
        amount.widget.attrs.update(
            {
                "class": "form-control text-right",
                "inputmode": "decimal",
                "min": str(smallest),
                "max": str(maximum),
                "step": str(smallest),
                "aria-label": _("Amount to pay from %s") % account,
            }
        )


def unit_name() -> str:
    """Return what the shop calls one account: "Gift card", say."""
    return str(conf.get("ACCOUNTS_UNIT_NAME"))

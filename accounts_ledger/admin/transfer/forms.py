"""The forms by which staff move money: a new transfer, a reversal, a refund."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts_ledger.admin.account.choice import AccountChoiceField
from accounts_ledger.admin.shared.amount_field import AmountField
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import display


class NewTransferForm(OneTimeKeyMixin):
    """Any amount between any two accounts."""

    source = AccountChoiceField(label=_("From"), help_text=_("Type a name, a holder's e-mail address or a whole code."))
    destination = AccountChoiceField(label=_("To"))
    amount = AmountField(label=_("Amount"))
    merchant_reference = forms.CharField(
        label=_("Merchant reference"),
        required=False,
        max_length=128,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For example an order number."),
    )
    description = forms.CharField(
        label=_("Reason"),
        max_length=256,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Stored permanently with this transfer."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        source, destination = cleaned.get("source"), cleaned.get("destination")
        if source and destination:
            self._check_pair(source, destination)
        return cleaned

    def _check_pair(self, source: Account, destination: Account) -> None:
        if source == destination:
            self.add_error("destination", _t("Choose a different account from the one the money comes from."))
        elif source.currency != destination.currency:
            self.add_error(
                "destination",
                _t("This account is in %(other)s, but the money comes from an account in %(one)s.")
                % {"one": source.currency, "other": destination.currency},
            )


class ReasonForm(OneTimeKeyMixin):
    """Why something is done; asked for wherever money is moved by hand."""

    description = forms.CharField(
        label=_("Reason"),
        max_length=256,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Stored permanently with this transfer."),
    )


class RefundForm(ReasonForm):
    """How much of a transfer goes back, and why."""

    amount = AmountField(label=_("Amount"))
    field_order = ("amount", "description", "one_time_key")

    def __init__(self, *args: Any, transfer: Transfer, **kwargs: Any) -> None:
        left = transfer.max_refund()
        kwargs.setdefault("initial", {}).setdefault("amount", left)
        super().__init__(*args, **kwargs)
        self.fields["amount"].help_text = _t("At most %s can still be refunded.") % display(
            left, transfer.source.currency
        )

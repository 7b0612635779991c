"""Pages that move money from a source into an account, and back out of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.admin.account.action_view import (
    AccountActionView,
    account_link,
    core_refusal,
    open_refusal,
    transfer_link,
)
from accounts_ledger.admin.account.balance_preview import BalancePreview, preview_balances
from accounts_ledger.admin.shared.amount_field import AmountField
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.admin.shared.reviewed_view import ReviewedView
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import display


class SourceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """One of the accounts that money comes from and goes back to; if there is but one, nothing is to be chosen."""

    widget = UnfoldAdminSelectWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Account.objects.none(), empty_label=None, **kwargs)

    def offer(self, sources: list[Account]) -> None:
        """Offer *sources*, the first one chosen beforehand."""
        self.queryset = Account.objects.filter(pk__in=[source.pk for source in sources])
        self.choices = [(source.pk, str(source)) for source in sources]
        self.initial = sources[0].pk if sources else None
        if len(sources) == 1:
            self.disabled = True
            self.widget = forms.HiddenInput()


class MoneyForm(OneTimeKeyMixin):
    amount = AmountField(label=gettext_lazy("Amount"))
    description = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=256,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Stored permanently with this transfer."),
    )
    merchant_reference = forms.CharField(
        label=gettext_lazy("Merchant reference"),
        max_length=128,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("For example an order or ticket number."),
    )

    def texts(self) -> dict[str, str | None]:
        return {name: self.cleaned_data[name] or None for name in ("description", "merchant_reference")}


class SourceForm(MoneyForm):
    source = SourceField(label=gettext_lazy("From"))
    field_order = ("source", "amount")

    def __init__(self, *args: Any, sources: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, SourceField)
        field.offer(sources)


class DestinationForm(SourceForm):
    source = SourceField(label=gettext_lazy("Back to"))


class MoneyView(ReviewedView, AccountActionView):
    """Moves money between the account and a source, in two steps: the form, then both balances before and after."""

    submit_text = gettext_lazy("Continue")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "sources": sources_for(self.object)}

    def refusal(self, account: Account) -> str | None:
        if refusal := core_refusal(account) or open_refusal(account):
            return refusal
        return None if sources_for(account) else no_source(account.currency)

    def headline(self, form: Any) -> str:
        return display(form.cleaned_data["amount"], self.object.currency)

    def move(self, form: Any, **texts: Any) -> Transfer:
        """Move the form's amount and return the transfer; *texts* go with it to the facade. Raises AccountException."""
        raise NotImplementedError

    def post_form(self, form: Any) -> Any:
        transfer = self.move(form, user=self.staff, idempotency_key=form.idempotency_key(self.staff), **form.texts())
        self.object.refresh_from_db()
        return format_html(
            _("{amount} moved from {source} to {destination}: transfer {transfer}. {account} now holds {balance}."),
            amount=display(transfer.amount, self.object.currency),
            source=account_link(transfer.source),
            destination=account_link(transfer.destination),
            transfer=transfer_link(transfer),
            account=self.object,
            balance=display(self.object.balance, self.object.currency),
        )


class TopUpView(MoneyView):
    permission_required = "accounts_ledger.can_top_up"
    title = gettext_lazy("Top up")
    form_class = SourceForm
    confirm_text = gettext_lazy("Top up now")
    explanation = gettext_lazy("Adds money to this account. Choose Bank if it was paid for.")

    def sides(self, form: Any) -> list[BalancePreview]:
        return preview_balances(form.cleaned_data["source"], self.object, form.cleaned_data["amount"])

    def move(self, form: Any, **texts: Any) -> Transfer:
        return facade.top_up(self.object, form.cleaned_data["source"], form.cleaned_data["amount"], **texts)


class WithdrawView(MoneyView):
    permission_required = "accounts_ledger.can_withdraw"
    title = gettext_lazy("Withdraw")
    form_class = DestinationForm
    confirm_text = gettext_lazy("Withdraw now")
    explanation = gettext_lazy("Removes money from this account, and returns it to an account that funds loads.")

    def sides(self, form: Any) -> list[BalancePreview]:
        return preview_balances(self.object, form.cleaned_data["source"], form.cleaned_data["amount"])

    def get_initial(self) -> dict[str, Any]:
        available = self.object.amount_available
        return {"amount": available if available is not None and available > Decimal(0) else None}

    def move(self, form: Any, **texts: Any) -> Transfer:
        return facade.withdraw(self.object, form.cleaned_data["source"], form.cleaned_data["amount"], **texts)


def sources_for(account: Account) -> list[Account]:
    """Return the accounts that value of *account*'s currency comes from, without itself."""
    try:
        sources = chart.sources(account.currency)
    except exceptions.AccountNotFound:
        sources = chart.unpaid_sources(account.currency)
    return [source for source in sources if source.pk != account.pk and source.is_open()]


def no_source(currency: str) -> str:
    return _("No account in %s that can fund a load is open. Run `manage.py init_accounts`, or thaw one.") % currency

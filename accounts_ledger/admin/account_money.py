"""Pages that move money into an account, out of it, or on to another one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.admin.account_choice import AccountChoiceField
from accounts_ledger.admin.account_views import (
    AccountActionView,
    account_link,
    core_refusal,
    open_refusal,
    transfer_link,
)
from accounts_ledger.admin.amount_field import AmountField
from accounts_ledger.admin.one_time_key import OneTimeKeyMixin
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import display


class SourceField(forms.ModelChoiceField):
    """One of the accounts that money comes from and goes back to; if there is but one, nothing is to be chosen."""

    widget = UnfoldAdminSelectWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Account.objects.none(), empty_label=None, **kwargs)

    def offer(self, sources: list[Account]) -> None:
        """Offer *sources*, the first one chosen beforehand."""
        self.queryset = Account.objects.filter(pk__in=[source.pk for source in sources])
        self.choices = [(source.pk, str(source)) for source in sources]  # type: ignore[assignment]
        self.initial = sources[0].pk if sources else None
        if len(sources) == 1:
            self.disabled = True
            self.widget = forms.HiddenInput()


class MoneyForm(OneTimeKeyMixin):
    amount = AmountField(label=gettext_lazy("Amount"))
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=256,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Why, for the statement."),
    )
    merchant_reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=128,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Such as an order's or a ticket's number."),
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


class TransferForm(MoneyForm):
    destination = AccountChoiceField(label=gettext_lazy("To account"))
    field_order = ("destination", "amount")


class MoneyView(AccountActionView):
    """Moves an amount on the account; remembers nothing, so a repeated form is answered by the first transfer."""

    def refusal(self, account: Account) -> str | None:
        return core_refusal(account) or open_refusal(account)

    def move(self, form: Any, **texts: Any) -> Transfer:
        raise NotImplementedError

    def post_form(self, form: Any) -> Any:
        transfer = self.move(
            form, user=self.request.user, idempotency_key=form.idempotency_key(self.request.user), **form.texts()
        )
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


class SourcedView(MoneyView):
    """Moves money between the account and a source."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "sources": sources_for(self.object)}

    def refusal(self, account: Account) -> str | None:
        if refusal := super().refusal(account):
            return refusal
        return None if sources_for(account) else no_source(account.currency)


class TopUpView(SourcedView):
    permission_required = "accounts_ledger.can_top_up"
    title = gettext_lazy("Top up")
    form_class = SourceForm
    explanation = gettext_lazy("Loads more value on the account. Choose Bank if the value was paid for.")

    def move(self, form: Any, **texts: Any) -> Transfer:
        return facade.top_up(self.object, form.cleaned_data["source"], form.cleaned_data["amount"], **texts)


class WithdrawView(SourcedView):
    permission_required = "accounts_ledger.can_withdraw"
    title = gettext_lazy("Withdraw")
    form_class = DestinationForm
    explanation = gettext_lazy("Takes value off the account, back to where value comes from.")

    def get_initial(self) -> dict[str, Any]:
        available = self.object.amount_available
        return {"amount": available if available is not None and available > Decimal(0) else None}

    def move(self, form: Any, **texts: Any) -> Transfer:
        return facade.withdraw(self.object, form.cleaned_data["source"], form.cleaned_data["amount"], **texts)


class TransferView(MoneyView):
    permission_required = "accounts_ledger.can_transfer"
    title = gettext_lazy("Transfer to another account")
    submit_text = gettext_lazy("Transfer")
    form_class = TransferForm
    explanation = gettext_lazy("Moves value from this account to another one of the same currency.")

    def refusal(self, account: Account) -> str | None:
        return open_refusal(account)

    def move(self, form: Any, **texts: Any) -> Transfer:
        return facade.transfer(
            self.object, form.cleaned_data["destination"], form.cleaned_data["amount"], as_staff=True, **texts
        )


def sources_for(account: Account) -> list[Account]:
    """Return the accounts that value of *account*'s currency comes from, without itself."""
    try:
        sources = chart.sources(account.currency)
    except exceptions.AccountNotFound:
        sources = chart.unpaid_sources(account.currency)
    return [source for source in sources if source.pk != account.pk and source.is_open()]


def no_source(currency: str) -> str:
    return _("There is no open source of money in %s. Run `manage.py init_accounts`, or thaw one.") % currency

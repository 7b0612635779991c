"""The page that adds an account: chosen type and source, initial load, a code that is made for it."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts_ledger import chart, conf, exceptions, facade
from accounts_ledger.admin.account.action_view import account_link, account_url
from accounts_ledger.admin.account.balance_preview import BalancePreview, preview_balances
from accounts_ledger.admin.account.money import SourceField
from accounts_ledger.admin.shared.amount_field import AmountField
from accounts_ledger.admin.shared.description_field import DescriptionField
from accounts_ledger.admin.shared.form_filter import day_field
from accounts_ledger.admin.shared.one_time_key import OneTimeKeyMixin
from accounts_ledger.admin.shared.reviewed_view import ReviewedView
from accounts_ledger.models import Account
from accounts_ledger.money import display


class HolderField(forms.CharField):
    """Whom an account is for: the customer of that e-mail address or user name, else the address itself, as text."""

    widget = UnfoldAdminTextInputWidget

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        people = get_user_model()._default_manager.filter(is_active=True)
        found = list(people.filter(email__iexact=text)[:2]) or list(people.filter(username=text)[:2])
        if not found:
            return self._address(text)
        if len(found) > 1:
            raise forms.ValidationError(_("Several customers have this e-mail address. Enter the user name instead."))
        return found[0]

    def _address(self, text: str) -> str:
        try:
            validate_email(text)
        except forms.ValidationError:
            raise forms.ValidationError(_("No customer has this user name. Enter an e-mail address.")) from None
        return text


class IssueForm(OneTimeKeyMixin):
    account_type: Any = forms.ModelChoiceField(
        label=gettext_lazy("Type"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget
    )
    source = SourceField(label=gettext_lazy("Funded by"))
    amount = AmountField(label=gettext_lazy("Initial value"))
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=128,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Optional; must be unique."),
    )
    holder = HolderField(
        label=gettext_lazy("Holder's e-mail address"),
        max_length=254,
        required=False,
        help_text=gettext_lazy(
            "If this address belongs to a customer, only that customer can spend the account. "
            "Otherwise the address is recorded, and anyone with the code can spend the account."
        ),
    )
    start_date = day_field(gettext_lazy("Valid from"))
    end_date = day_field(gettext_lazy("Valid until"))
    can_be_used_for_non_products = forms.BooleanField(
        label=gettext_lazy("Pays for shipping and charges"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
    )
    description = DescriptionField()

    def __init__(self, *args: Any, types: Any, sources: list[Account], user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        type_field, source_field = self.fields["account_type"], self.fields["source"]
        assert isinstance(type_field, forms.ModelChoiceField)
        assert isinstance(source_field, SourceField)
        type_field.queryset = types
        if len(types) == 1:
            type_field.initial = types[0].pk
            type_field.disabled = True
            type_field.widget = forms.HiddenInput()
        source_field.offer(sources)

    def clean_name(self) -> str | None:
        name = self.cleaned_data["name"] or None
        taken = Account.objects.filter(name=name)
        if "one_time_key" in self.cleaned_data:  # the first click of a double click took the name
            taken = taken.exclude(destination_transfers__idempotency_key=self.idempotency_key(self.user))
        if name and taken.exists():
            raise forms.ValidationError(_("An account with this name already exists."))
        return name

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        start, end = given.get("start_date"), given.get("end_date")
        if start and end and end < start:
            self.add_error("end_date", _("The end date must not be before the start date."))
        return given


def _holder(chosen: Any) -> dict[str, Any]:
    """Return the fields of the account that say whom it is for."""
    return {"holder_email": chosen or ""} if chosen is None or isinstance(chosen, str) else {"primary_user": chosen}


class IssueView(ReviewedView):
    """Adds an account and loads it, both or neither."""

    permission_required = "accounts_ledger.can_issue"
    form_class = IssueForm
    submit_text = gettext_lazy("Continue")
    confirm_text = gettext_lazy("Create and load")

    @property
    def title(self) -> str:
        return _("New %s") % str(conf.get("ACCOUNTS_UNIT_NAME")).lower()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        missing = self._missing()
        if missing:
            messages.error(request, missing)
            return HttpResponseRedirect(reverse("admin:accounts_ledger_account_changelist"))
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "types": self.types, "sources": self.sources, "user": self.request.user}

    def sides(self, form: Any) -> list[BalancePreview]:
        source = form.cleaned_data["source"]
        return preview_balances(source, Account(currency=source.currency), form.cleaned_data["amount"])

    def headline(self, form: Any) -> str:
        return display(form.cleaned_data["amount"], form.cleaned_data["source"].currency)

    def lines(self, form: Any) -> dict[str, str]:
        given = form.cleaned_data
        return {
            _("Type"): str(given["account_type"]),
            _("Name"): given["name"] or "",
            _("Holder"): str(given["holder"] or ""),
            _("Valid from"): date_format(given["start_date"]) if given["start_date"] else "",
            _("Valid until"): date_format(given["end_date"]) if given["end_date"] else _("Open-ended"),
            _("Pays for shipping and charges"): _("Yes") if given["can_be_used_for_non_products"] else _("No"),
            _("Description"): given["description"],
        }

    def post_form(self, form: Any) -> Any:
        given, staff = form.cleaned_data, cast("Any", self.request.user)
        self.account = facade.issue(
            given["source"],
            given["amount"],
            user=staff,
            idempotency_key=form.idempotency_key(staff),
            account_type=given["account_type"],
            name=given["name"],
            **_holder(given["holder"]),
            start_date=given["start_date"],
            end_date=given["end_date"],
            can_be_used_for_non_products=given["can_be_used_for_non_products"],
            account_description=given["description"],
        )
        return format_html(
            _("{account} was created, with {amount}."),
            account=account_link(self.account),
            amount=display(self.account.balance, self.account.currency),
        )

    def get_success_url(self) -> str:
        if hasattr(self, "account"):
            return account_url(self.account)
        return reverse("admin:accounts_ledger_account_changelist")

    def _missing(self) -> str | None:
        """Return what must be set up first, if something must."""
        self.types = chart.deferred_income_types()
        try:
            self.sources = [source for source in chart.sources() if source.is_open()]
        except exceptions.AccountNotFound as error:
            return str(error)
        if not self.types:
            return _("There is no account type for customer accounts. Run `manage.py init_accounts`, or add one.")
        if not self.sources:
            return _("No account that can fund a load is open. Run `manage.py init_accounts`, or thaw one.")
        return None

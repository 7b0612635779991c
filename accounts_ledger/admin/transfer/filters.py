"""What the list of transfers can be narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.forms import AutocompleteDropdownForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts_ledger.admin.account.choice import AccountChoiceField
from accounts_ledger.admin.batch.filter import BatchForm, batches_called
from accounts_ledger.admin.shared.form_filter import FormFilter, amount_range_filter, choices_filter, day_range_filter
from accounts_ledger.models import Account, AccountType, Transfer
from accounts_ledger.money import ZERO


class AccountTypeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """A node of the chart of accounts; it stands for its whole subtree."""

    widget = UnfoldAdminSelectWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=AccountType.objects.order_by("path"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return "\u2003" * (obj.depth - 1) + obj.name


class AccountsForm(forms.Form):
    # Unfold looks for what a filter needs on the page here, and only here.
    class Media(AutocompleteDropdownForm.Media):
        pass

    account = AccountChoiceField(label=_("Account, on either side"), required=False)
    source = AccountChoiceField(label=_("From account"), required=False)
    destination = AccountChoiceField(label=_("To account"), required=False)


class AccountTypesForm(forms.Form):
    source_type = AccountTypeField(label=_("From account type"), required=False, empty_label=_("Any"))
    destination_type = AccountTypeField(label=_("To account type"), required=False, empty_label=_("Any"))


class UserForm(forms.Form):
    username = forms.CharField(
        label=_("Authorised by"), required=False, max_length=150, widget=UnfoldAdminTextInputWidget
    )


class AccountsFilter(FormFilter):
    title = _("Accounts")
    form_class = AccountsForm

    def apply(self, queryset: QuerySet[Transfer], given: dict[str, Any]) -> QuerySet[Transfer]:
        if "account" in given:
            queryset = queryset.filter(Q(source=given["account"]) | Q(destination=given["account"]))
        sides = {side: given[side] for side in ("source", "destination") if side in given}
        return queryset.filter(**sides)


class AccountTypesFilter(FormFilter):
    title = _("Account types")
    form_class = AccountTypesForm

    def apply(self, queryset: QuerySet[Transfer], given: dict[str, Any]) -> QuerySet[Transfer]:
        for side in ("source", "destination"):
            if chosen := given.get(f"{side}_type"):
                queryset = queryset.filter(**{f"{side}__account_type__path__startswith": chosen.path})
        return queryset


class UserFilter(FormFilter):
    title = _("Authorised by")
    form_class = UserForm

    def apply(self, queryset: QuerySet[Transfer], given: dict[str, Any]) -> QuerySet[Transfer]:
        return queryset.filter(username__iexact=given["username"])


class BatchFilter(FormFilter):
    """Whatever moved to or from the cards of a batch: its loads, and what they were spent on."""

    title = _("Batch")
    form_class = BatchForm

    def apply(self, queryset: QuerySet[Transfer], given: dict[str, Any]) -> QuerySet[Transfer]:
        cards = Account.objects.filter(batch__in=batches_called(given["batch"]).values("pk")).values("pk")
        # Two looks at the indexes of the sides, put together. Asked for with OR, PostgreSQL reads the whole table.
        to, by = (Transfer.objects.filter(**{f"{side}__in": cards}).values("pk") for side in ("destination", "source"))
        return queryset.filter(pk__in=to.union(by))


def _undone(kind: str) -> Exists:
    return Exists(Transfer.objects.filter(parent=OuterRef("pk"), kind=kind))


class UndoneFilter(FormFilter):
    """Reversed, refunded (in part or whole), or neither."""

    title = _("Undone")

    class form_class(forms.Form):  # noqa: N801  (it is the attribute that the base class reads)
        undone = forms.ChoiceField(
            label=_("Undone"),
            required=False,
            widget=UnfoldAdminSelectWidget,
            choices=[("", _("Any")), ("reversed", _("Reversed")), ("refunded", _("Refunded")), ("no", _("Neither"))],
        )

    def apply(self, queryset: QuerySet[Transfer], given: dict[str, Any]) -> QuerySet[Transfer]:
        is_reversed, is_refunded = _undone(Transfer.Kind.REVERSAL), _undone(Transfer.Kind.REFUND)
        if given["undone"] == "no":
            return queryset.filter(~is_reversed, ~is_refunded)
        return queryset.filter(is_reversed if given["undone"] == "reversed" else is_refunded)


TRANSFER_FILTERS = [
    day_range_filter("date_created", _("date")),
    choices_filter("kind", _("Kind"), Transfer.Kind.choices),
    amount_range_filter("amount", _("amount"), least=ZERO),
    AccountsFilter,
    AccountTypesFilter,
    BatchFilter,
    UserFilter,
    UndoneFilter,
]

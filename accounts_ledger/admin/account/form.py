"""The form for what people may edit of an account. Money, status and validity change by actions, with a reason."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts_ledger.admin.account.holder_choice import HolderChoiceField, HoldersChoiceField, everyone
from accounts_ledger.admin.shared.description_field import DescriptionField
from accounts_ledger.models import Account
from accounts_ledger.money import display
from accounts_ledger.operations.arguments import LONGEST_REASON

_UTC = datetime.UTC


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Edits an account, and asks why, for its history."""

    description = DescriptionField()
    primary_user = HolderChoiceField(
        label=gettext_lazy("Holder"),
        queryset=None,
        required=False,
        help_text=gettext_lazy("If set, only this customer can spend the account."),
    )
    secondary_users = HoldersChoiceField(
        label=gettext_lazy("Shared with"),
        queryset=None,
        required=False,
        help_text=gettext_lazy(
            "If there is no holder, only these customers can spend the account. If"
            " nobody is listed, anyone with the code can."
        ),
    )
    change_reason = forms.CharField(
        label=gettext_lazy("Reason for the change"),
        max_length=LONGEST_REASON,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Recorded in the account's history with your name."),
    )

    class Meta:
        model = Account
        fields: ClassVar = [
            "name",
            "account_type",
            "description",
            "primary_user",
            "secondary_users",
            "holder_email",
            "start_date",
            "product_range",
            "credit_limit",
            "can_be_used_for_non_products",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("primary_user", "secondary_users"):
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = everyone()
        if "start_date" in self.fields:
            self.fields["start_date"].validators += [
                MinValueValidator(datetime.datetime(1970, 1, 1, tzinfo=_UTC)),
                MaxValueValidator(datetime.datetime(2999, 12, 31, tzinfo=_UTC)),
            ]

    def clean_credit_limit(self) -> Decimal | None:
        """Refuse a limit below what the account owes or has promised already."""
        limit: Decimal | None = self.cleaned_data["credit_limit"]
        if limit is None:
            return None
        now = Account.objects.get(pk=self.instance.pk)
        needed = now.held - now.balance
        if limit < needed:
            raise forms.ValidationError(
                _("The credit limit must be at least %s to cover what the account owes and has on hold.")
                % display(needed, now.currency)
            )
        return limit

    def clean_start_date(self) -> datetime.datetime | None:
        start: datetime.datetime | None = self.cleaned_data["start_date"]
        if start and self.instance.end_date and start >= self.instance.end_date:
            raise forms.ValidationError(_("The end date must not be before the start date."))
        return start

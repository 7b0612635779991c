"""The forms of a bulk load: the file, how it is to be read, and the last confirmation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts_ledger import chart, conf
from accounts_ledger.admin.batch.terms_form import TermsForm
from accounts_ledger.imports import columns, content, limits
from accounts_ledger.imports.options import CHOICES, CONDITIONS, EMPTY, FREEZE, Options
from accounts_ledger.imports.reading import DATE_ORDERS, DECIMAL_SIGNS, Reading
from accounts_ledger.models import Account, AccountType


def sources() -> list[Account]:
    """Return the accounts that can fund a batch, in every currency in use."""
    return [source for currency in conf.currencies() for source in chart.sources(currency)]


class BatchForm(forms.Form):
    """What every batch needs, with a file or without one."""

    source = forms.ModelChoiceField(
        label=_("Source account"),
        queryset=Account.objects.none(),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Where the value comes from: Bank if it was paid for, else an unpaid source."),
    )
    account_type = forms.ModelChoiceField(
        label=_("Type"), queryset=AccountType.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=128,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Optional: a campaign, the printer's order number… to find the batch by."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = sources()
        source: Any = self.fields["source"]
        source.queryset = Account.objects.filter(pk__in=[account.pk for account in offered])
        source.choices = [(account.pk, f"{account} ({account.currency})") for account in offered]
        account_type: Any = self.fields["account_type"]
        account_type.queryset = chart.deferred_income_types()


class UploadForm(BatchForm):
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text=_("CSV, TSV or XLSX. The columns of the usual gift card systems are recognised."),
    )
    generate_codes = forms.BooleanField(
        label=_("Make new codes for all cards"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Otherwise the codes of the file are kept, and only rows without one get a new code."),
    )

    field_order = ("file", "source", "account_type", "generate_codes", "name")

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size and file.size > limits.MAX_BYTES:
            raise forms.ValidationError(content.too_large())
        return file


class ReadingForm(TermsForm):
    """How the file is to be read and what is to become of its rows: detected, and corrected by staff."""

    has_header = forms.BooleanField(
        label=_("The first row has the names of the columns"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    date_order = forms.ChoiceField(label=_("Dates"), choices=DATE_ORDERS, widget=UnfoldAdminSelectWidget)
    decimal_sign = forms.ChoiceField(label=_("Decimal sign"), choices=DECIMAL_SIGNS, widget=UnfoldAdminSelectWidget)
    cents = forms.BooleanField(
        label=_("Amounts are in pence or cents"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    generate_codes = forms.BooleanField(
        label=_("Make new codes for all cards"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    field_order = ("start", "end", "days", "months", "generate_codes", "product_range", "description")

    def __init__(self, *args: Any, reading: Reading, width: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading, self.width = reading, width
        self.fields["description"].help_text = _(
            "Shown to customers at checkout, for rows that have none of their own."
        )
        for condition, label in CONDITIONS.items():
            choices = [choice for choice in CHOICES if not (condition == EMPTY and choice[0] == FREEZE)]
            self.fields[f"treat_{condition}"] = forms.ChoiceField(
                label=label, choices=choices, widget=UnfoldAdminSelectWidget
            )
        names = [(columns.IGNORED, _("– not used –")), *((column.key, column.label) for column in columns.COLUMNS)]
        for index in range(width):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=_t("Column %d") % (index + 1), choices=names, required=False, widget=UnfoldAdminSelectWidget
            )

    def columns(self) -> list[Any]:
        return [self[f"column_{index}"] for index in range(self.width)]

    def treatments(self) -> list[Any]:
        return [self[f"treat_{condition}"] for condition in CONDITIONS]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        chosen = [given.get(f"column_{index}") or "" for index in range(self.width)]
        for key in {key for key in chosen if key and chosen.count(key) > 1}:
            self.add_error(None, _t("Two columns cannot both be “%s”.") % columns.BY_KEY[key].label)
        if not {columns.BALANCE, columns.INITIAL} & set(chosen):
            self.add_error(None, _t("Choose the column that has the value of the cards."))
        given["columns"] = tuple(chosen)
        return given

    @staticmethod
    def initial_for(reading: Reading, choices: Options) -> dict[str, Any]:
        initial: dict[str, Any] = {
            "has_header": reading.has_header,
            "date_order": reading.date_order,
            "decimal_sign": reading.decimal_sign,
            "cents": reading.cents,
            "generate_codes": choices.generate_codes,
            "start": choices.start,
            "end": choices.end,
            "product_range": choices.product_range,
            "description": choices.description,
        }
        initial |= {f"treat_{condition}": choices.treatment[condition] for condition in CONDITIONS}
        initial |= {f"column_{index}": key for index, key in enumerate(reading.columns)}
        return initial

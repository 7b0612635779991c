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
from accounts_ledger.imports import columns, content, limits, questions
from accounts_ledger.imports.options import CHOICES, CONDITIONS, EMPTY, FREEZE, Options
from accounts_ledger.imports.reading import (
    DATE_ORDERS,
    DECIMAL_SIGNS,
    END_DAYS,
    EXCLUDED,
    HIDDEN_ROWS,
    INCLUDED,
    UNITS,
    Answers,
    Reading,
)
from accounts_ledger.models import Account, AccountType


def sources() -> list[Account]:
    """Return the accounts that can fund a batch, in every currency in use."""
    return [source for currency in conf.currencies() for source in chart.sources(currency)]


class BatchForm(forms.Form):
    """What every batch needs, with a file or without one."""

    source = forms.ModelChoiceField(
        label=_("Funded by"),
        queryset=Account.objects.none(),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Choose Bank if paid for, otherwise a promotional budget."),
    )
    account_type = forms.ModelChoiceField(
        label=_("Type"), queryset=AccountType.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=128,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Optional. For example a campaign or the printer's order number, to find the batch by."),
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
        help_text=_("CSV, TSV or XLSX. The columns of common gift card systems are recognised."),
    )
    generate_codes = forms.BooleanField(
        label=_("Generate new codes for all cards"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Otherwise the codes in the file are kept, and only rows without one get a new code."),
    )

    field_order = ("file", "source", "account_type", "generate_codes", "name")

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size and file.size > limits.MAX_BYTES:
            raise forms.ValidationError(content.too_large())
        return file


#: Values of selects: nothing chosen, and a column of which it is to be chosen what it is ("" is a column not used).
_EMPTY, _OPEN = "", "?"


def _choice(label: Any, choices: Any = ()) -> Any:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=UnfoldAdminSelectWidget)


class UnitField(forms.ChoiceField):
    """Pence or pounds, where the file leaves it open: a choice instead of the switch, which is always on or off."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Amounts"),
            choices=[(_EMPTY, _("– please choose –")), *UNITS],
            required=False,
            widget=UnfoldAdminSelectWidget,
        )

    def to_python(self, value: Any) -> str:
        return "cents" if value in ("on", True) else super().to_python(value)


class ReadingForm(TermsForm):
    """How the file is to be read and what is to become of its rows: detected, and corrected by staff."""

    has_header = forms.BooleanField(
        label=_("The first row contains the column names"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    sheet = _choice(_("Sheet"))
    hidden_rows = _choice(_("Rows hidden or struck through in the spreadsheet"))
    date_order = _choice(_("Dates"), DATE_ORDERS)
    decimal_sign = _choice(_("Decimal sign"), DECIMAL_SIGNS)
    cents: Any = forms.BooleanField(
        label=_("Amounts are in pence or cents"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    end_day = _choice(_("What the end date means"), END_DAYS)
    generate_codes = forms.BooleanField(
        label=_("Generate new codes for all cards"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    field_order = ("start", "end", "days", "months", "generate_codes", "product_range", "description")

    def __init__(self, *args: Any, reading: Reading, width: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading, self.width = reading, width
        self.questions = {question.field: question for question in questions.of(reading)}
        self._offer_what_is_open()
        self.fields["description"].help_text = _(
            "Shown to customers at checkout. Used for rows without a description of their own."
        )
        for condition, label in CONDITIONS.items():
            choices = [choice for choice in CHOICES if not (condition == EMPTY and choice[0] == FREEZE)]
            self.fields[f"treat_{condition}"] = forms.ChoiceField(
                label=label, choices=choices, widget=UnfoldAdminSelectWidget, required=False
            )
        names = [(columns.IGNORED, _("– not used –")), *((column.key, column.label) for column in columns.COLUMNS)]
        for index in range(width):
            offered = [(_OPEN, _("– please choose –")), *names] if f"column_{index}" in self.questions else names
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=_t("Column %d") % (index + 1), choices=offered, required=False, widget=UnfoldAdminSelectWidget
            )

    def _offer_what_is_open(self) -> None:
        """Offer only what there is to choose, and nothing as chosen that the file leaves open."""
        fields: dict[str, Any] = self.fields
        if "sheet" in self.questions or self.reading.other_sheets:
            names = dict.fromkeys((self.reading.sheet, *self.reading.other_sheets))
            fields["sheet"].choices = [(_EMPTY, _("– please choose –")), *((name, name) for name in names)]
        else:
            del fields["sheet"]
        if "hidden_rows" in self.questions or self.reading.hidden_rows:
            fields["hidden_rows"].choices = [(_EMPTY, _("– please choose –")), *HIDDEN_ROWS]
        else:
            del fields["hidden_rows"]
        for key in ("date_order", "decimal_sign"):
            label = _("– please choose –") if key in self.questions else _("– as the file shows –")
            fields[key].choices = [(_EMPTY, label), *fields[key].choices]
        if "end_day" in self.questions:
            fields["end_day"].choices = [(_EMPTY, _("– please choose –")), *END_DAYS]
        if "cents" in self.questions:
            fields["cents"] = UnitField()

    def columns(self) -> list[Any]:
        return [self[f"column_{index}"] for index in range(self.width)]

    def reading_fields(self) -> list[Any]:
        names = ("has_header", "sheet", "hidden_rows", "date_order", "decimal_sign", "cents", "end_day")
        return [self[name] for name in names if name in self.fields]

    def treatments(self) -> list[Any]:
        return [self[f"treat_{condition}"] for condition in CONDITIONS]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for field, question in self.questions.items():
            if given.get(field) in (_OPEN, _EMPTY, None) and not (question.column is not None and not given.get(field)):
                self.add_error(field if field in self.fields else None, question.text)
        chosen = [given.get(f"column_{index}") or "" for index in range(self.width)]
        for key in {key for key in chosen if key not in (_EMPTY, _OPEN, *columns.SIGNS) and chosen.count(key) > 1}:
            self.add_error(None, _t("Two columns cannot both be “%s”.") % columns.BY_KEY[key].label)
        if not {columns.BALANCE, columns.INITIAL} & set(chosen):
            self.add_error(None, _t("Choose the column that has the value of the cards."))
        given["columns"] = tuple(chosen)
        return given

    def answers(self) -> Answers:
        """Return what was decided. With another sheet, or header, the columns are recognised anew."""
        given = self.cleaned_data
        sheet, has_header = given.get("sheet") or None, given["has_header"]
        is_same_table = sheet in (None, self.reading.sheet) and has_header == self.reading.has_header
        cents = given["cents"]
        return Answers(
            sheet=sheet,
            has_header=has_header if has_header != self.reading.has_header else None,
            columns=dict(enumerate(given["columns"])) if is_same_table else None,
            date_order=given["date_order"] or None,
            decimal_sign=given["decimal_sign"] or None,
            cents=cents == "cents" if isinstance(cents, str) else cents,
            end_included=given["end_day"] != EXCLUDED if given["end_day"] else None,
            hidden_rows=given.get("hidden_rows") or None,
            decided=self._decided(),
        )

    def _decided(self) -> frozenset[int]:
        """Return the columns that somebody has decided about: asked, or other than they were read."""
        given = self.cleaned_data["columns"]
        asked = {question.column for question in self.questions.values() if question.column is not None}
        changed = {index for index, key in enumerate(self.reading.columns) if key != given[index]}
        before = {int(key.partition(":")[2]) for key in self.reading.chosen if key.startswith("column:")}
        return frozenset(asked | changed | before)

    @staticmethod
    def initial_for(reading: Reading, choices: Options) -> dict[str, Any]:
        initial: dict[str, Any] = {
            "has_header": reading.has_header,
            "sheet": "" if reading.is_asked("sheet") else reading.sheet,
            "hidden_rows": reading.hidden_rows,
            "date_order": reading.date_order if reading.is_settled("date_order") else "",
            "decimal_sign": reading.decimal_sign if reading.is_settled("decimal_sign") else "",
            "cents": "" if reading.is_asked("cents") else reading.cents,
            "end_day": "" if reading.is_asked("end_day") else INCLUDED if reading.end_included else EXCLUDED,
            "generate_codes": choices.generate_codes,
            "start": choices.start,
            "end": choices.end,
            "product_range": choices.product_range,
            "description": choices.description,
        }
        initial |= {f"treat_{condition}": choices.treatment_of(condition) for condition in CONDITIONS}
        initial |= {f"column_{index}": key for index, key in enumerate(reading.columns)}
        asked = [question.column for question in questions.of(reading) if question.column is not None]
        initial |= {f"column_{index}": _OPEN for index in asked}
        return initial

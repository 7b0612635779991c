"""TermsForm: what all cards of a batch have in common, where a row does not say otherwise."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts_ledger.admin.shared.description_field import DescriptionField
from accounts_ledger.admin.shared.form_filter import day_field
from accounts_ledger.exceptions import AccountException
from accounts_ledger.imports import validity
from accounts_ledger.imports.options import Options


def _count_field(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=most,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class TermsForm(forms.Form):
    """From when until when the cards are valid (the end as a day, or counted from today), and what they pay for."""

    start = day_field(_("Valid from"))
    end = day_field(_("Valid until (inclusive)"))
    days = _count_field(_("Or: days from today"), validity.MAX_DAYS)
    months = _count_field(_("Or: months"), validity.MAX_MONTHS)
    product_range: Any = forms.ModelChoiceField(
        label=_("Product range"),
        queryset=None,
        required=False,
        empty_label=_("All products"),
        widget=UnfoldAdminSelectWidget,
    )
    description = DescriptionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product_range: Any = self.fields["product_range"]
        product_range.queryset = apps.get_model("offer", "Range").objects.order_by("name")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        start, end = given.get("start"), given.get("end")
        try:
            end = given["end"] = validity.last_day(end=end, days=given.get("days"), months=given.get("months"))
        except AccountException as refusal:
            self.add_error("end", str(refusal))
        if start and end and start > end:
            self.add_error("end", _t("The end date must not be before the start date."))
        return given

    def options(self, **others: Any) -> Options:
        """Return the terms as options of a batch, with *others*."""
        given = self.cleaned_data
        return Options(
            start=given["start"],
            end=given["end"],
            product_range=given["product_range"].pk if given["product_range"] else None,
            description=given["description"],
            **others,
        )

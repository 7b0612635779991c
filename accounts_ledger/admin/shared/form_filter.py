"""Filters of lists that are forms: what they are given is validated, and nonsense finds nothing, not everything."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, UnfoldAdminCheckboxSelectMultipleWidget

from accounts_ledger import dates
from accounts_ledger.admin.shared.amount_field import AmountField
from accounts_ledger.money import LARGEST


class FormFilter(admin.ListFilter):
    """A list filter whose parameters are the fields of `form_class`; a subclass says what they mean in `apply`.

    Invalid values are reported, and the list is empty: a total over rows that nobody asked for would be worse.
    """

    template = "unfold/filters/filters_field.html"
    form_class: ClassVar[type[forms.Form]]

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        given = MultiValueDict({name: params.pop(name) for name in self.expected_parameters() if name in params})
        self.form = self.form_class(given)
        for errors in self.form.errors.values():
            messages.error(request, f"{self.title}: {' '.join(map(str, errors))}")

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.form_class.base_fields)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield {"form": self.form}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.form.is_valid():
            return queryset.none()
        given = {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}
        return self.apply(queryset, given) if given else queryset

    def apply(self, queryset: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
        """Return *queryset* narrowed by the fields in *given*, which all have values."""
        raise NotImplementedError


def day_field(label: Any) -> forms.DateField:
    """Return a field for a day, with the browser's own calendar."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}),
        validators=[
            MinValueValidator(datetime.date(1970, 1, 1)),
            MaxValueValidator(datetime.date(2999, 12, 31)),
        ],
    )


def day_range_filter(column: str, title: Any) -> type[FormFilter]:
    """Return a filter of the datetime *column* by days of the site's time zone, first and last included."""
    first, last = f"{column}_from", f"{column}_to"
    form = type("DayRangeForm", (forms.Form,), {first: day_field(_("From")), last: day_field(_("To"))})

    class DayRangeFilter(FormFilter):
        form_class = form
        template = "admin/accounts_ledger/range_filter.html"

        def apply(self, queryset: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
            if first in given:
                queryset = queryset.filter(**{f"{column}__gte": dates.start_of(given[first])})
            if last in given:
                queryset = queryset.filter(**{f"{column}__lt": dates.end_of(given[last])})
            return queryset

    DayRangeFilter.title = title
    return DayRangeFilter


def amount_range_filter(column: str, title: Any, *, least: Decimal = -LARGEST) -> type[FormFilter]:
    """Return a filter of the money *column*, both ends included."""
    low, high = f"{column}_from", f"{column}_to"
    fields = {
        low: AmountField(label=_("At least"), required=False, min_value=least),
        high: AmountField(label=_("At most"), required=False, min_value=least),
    }
    form = type("AmountRangeForm", (forms.Form,), fields)

    class AmountRangeFilter(FormFilter):
        form_class = form
        template = "admin/accounts_ledger/range_filter.html"

        def apply(self, queryset: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
            if low in given:
                queryset = queryset.filter(**{f"{column}__gte": given[low]})
            if high in given:
                queryset = queryset.filter(**{f"{column}__lte": given[high]})
            return queryset

    AmountRangeFilter.title = title
    return AmountRangeFilter


def choices_filter(parameter: str, title: Any, choices: Any, lookup: str | None = None) -> type[FormFilter]:
    """Return a filter that keeps rows whose column *lookup* (default: *parameter*) is among the ticked *choices*."""
    field = forms.MultipleChoiceField(
        label=title, choices=choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    form = type("ChoicesForm", (forms.Form,), {parameter: field})

    class ChoicesFilter(FormFilter):
        form_class = form

        def apply(self, queryset: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
            return queryset.filter(**{f"{lookup or parameter}__in": given[parameter]})

    ChoicesFilter.title = title
    return ChoicesFilter

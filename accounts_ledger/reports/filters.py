"""The parameters of reports, as django-filter FilterSets: they read the URL and say what is wrong with it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts_ledger import conf, dates
from accounts_ledger.models import Account, AccountType
from accounts_ledger.reports.as_of import AsOf
from accounts_ledger.reports.period import Period
from accounts_ledger.reports.table import Drill

#: No ledger is older, and dates before it overflow in time zone arithmetic.
EARLIEST = datetime.date(1970, 1, 2)


class DayFilter(django_filters.DateFilter):
    """A day within what can be reckoned with."""

    def __init__(self, label: Any, required: bool = True) -> None:
        widget = forms.DateInput(attrs={"type": "date"})
        super().__init__(method="unchanged", label=label, widget=widget, required=required)
        self.extra["validators"] = [within_reach]


def within_reach(day: datetime.date) -> None:
    """Raise ValidationError for a day that cannot be reckoned with."""
    if not EARLIEST <= day <= timezone.localdate() + datetime.timedelta(days=366 * 10):
        raise ValidationError(_("Choose a date between %s and ten years from now.") % date_format(EARLIEST))


class PeriodForm(forms.Form):
    """Refuses a period that ends before it starts."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and start > end:
            raise ValidationError(
                _("The period ends before it starts: choose an end on or after %s.") % date_format(start)
            )
        return cleaned


class ReportFilter(django_filters.FilterSet):
    """Base of all: the currency, because amounts of different currencies are never added up."""

    currency = django_filters.ChoiceFilter(
        choices=lambda: [(code, code) for code in conf.currencies()],
        empty_label=None,
        method="unchanged",
        label=_("Currency"),
        required=True,
    )

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = []

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        # What the URL leaves out has a sensible value, and the form shows it.
        chosen = dict(_lists(self.defaults())) | dict(_lists(data or {}))
        super().__init__(MultiValueDict(chosen), queryset=Account.objects.none(), **kwargs)

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        return {"currency": conf.default_currency()}

    def unchanged(self, queryset: Any, name: str, value: Any) -> Any:
        """Leave the queryset as it is: the report itself reads this parameter."""
        return queryset

    @property
    def values(self) -> dict[str, Any]:
        """The parameters, read and checked. Only after ``is_valid()``."""
        cleaned: dict[str, Any] = self.form.cleaned_data
        return cleaned

    def without_codes(self, asked: QueryDict) -> QueryDict:
        """Return a copy of *asked*, these parameters, as it may stand in an address. Only after ``is_valid()``."""
        return asked.copy()

    @property
    def chosen_currency(self) -> str:
        return str(self.values["currency"])


def _lists(data: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the parameters that say something, as lists: a URL repeats a name to give several values."""
    given = data.lists() if isinstance(data, MultiValueDict) else data.items()
    for name, value in given:
        values = [item for item in (value if isinstance(value, list) else [value]) if item not in ("", None)]
        if values:
            yield name, values


class AsOfFilter(ReportFilter):
    as_of = DayFilter(_("As at"))

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        return {**super().defaults(), "as_of": timezone.localdate().isoformat()}

    @property
    def day(self) -> datetime.date:
        day: datetime.date = self.values["as_of"]
        return day

    @cached_property
    def then(self) -> AsOf:
        """The ledger as it was at the end of the day."""
        return AsOf(dates.end_of(self.day))


class PeriodFilter(ReportFilter):
    start = DayFilter(_("From"))
    end = DayFilter(_("To"))

    class Meta(ReportFilter.Meta):
        form = PeriodForm

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        today = timezone.localdate()
        return {**super().defaults(), "start": today.replace(day=1).isoformat(), "end": today.isoformat()}

    @property
    def since(self) -> datetime.datetime:
        return dates.start_of(self.values["start"])

    @property
    def until(self) -> datetime.datetime:
        """The first moment after the period."""
        return dates.end_of(self.values["end"])

    def positions_behind(self, listing: dict[str, Any]) -> dict[str, Drill]:
        """Return where opening and closing come from: every movement until then, narrowed by *listing*."""
        ever = {**listing, "start": EARLIEST}
        return {
            "opening": Drill("report", "movements", {**ever, "end": self.day_before, "types_at": self.values["end"]}),
            "closing": Drill("report", "movements", ever),
        }

    @property
    def day_before(self) -> datetime.date:
        """The last day before the period, but none that a report refuses."""
        return max(self.values["start"] - datetime.timedelta(days=1), EARLIEST)

    @cached_property
    def period(self) -> Period:
        return Period(self.since, self.until, self.chosen_currency)

    @property
    def at_end(self) -> AsOf:
        """The ledger as it was at the end of the period."""
        return self.period.at_end


class MonthFilter(django_filters.CharFilter):
    """A month, as 2026-01; its value is the month's first day."""

    def __init__(self, label: Any) -> None:
        super().__init__(method="unchanged", label=label, widget=forms.TextInput(attrs={"type": "month"}))
        self.extra["validators"] = [_is_month]


def _is_month(text: str) -> None:
    try:
        first = datetime.datetime.strptime(text, "%Y-%m")
    except ValueError:
        raise ValidationError(_("Enter a month as 2026-01.")) from None
    within_reach(first.date())


def days_of(month: str) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the first moment of *month* (as 2026-01) and the first after it, in the site's time zone."""
    first = datetime.date.fromisoformat(f"{month}-01")
    return dates.start_of(first), dates.start_of((first + datetime.timedelta(days=31)).replace(day=1))


def alone_filter() -> django_filters.BooleanFilter:
    """Return the parameter that leaves the types below the chosen one out: a figure of one type leads to its own."""
    return django_filters.BooleanFilter(method="unchanged", label=_("Without the types below"))


def account_type_filter() -> django_filters.ModelChoiceFilter:
    """Return the parameter that narrows a report to one account type and those below it."""
    return django_filters.ModelChoiceFilter(
        queryset=AccountType.objects.order_by("path"),
        method="unchanged",
        label=_("Account type"),
        empty_label=_("All"),
    )

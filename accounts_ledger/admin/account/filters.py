"""What the list of accounts can be narrowed by."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from accounts_ledger import conf, dates
from accounts_ledger.admin.batch.filter import BatchForm, batches_called
from accounts_ledger.admin.shared.form_filter import FormFilter, amount_range_filter, choices_filter, day_range_filter
from accounts_ledger.admin.transfer.filters import AccountTypeField
from accounts_ledger.models import Account


class TypeForm(forms.Form):
    account_type = AccountTypeField(label=_("Type, with those below it"), required=False, empty_label=_("Any"))


class TypeFilter(FormFilter):
    title = _("Type")
    form_class = TypeForm

    def apply(self, queryset: QuerySet[Account], given: dict[str, Any]) -> QuerySet[Account]:
        return queryset.filter(account_type__path__startswith=given["account_type"].path)


class ExpiryForm(forms.Form):
    expiry = forms.ChoiceField(
        label=_("Expiry"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=[
            ("", _("Any")),
            ("expired", _("Expired")),
            ("30", _("Within 30 days")),
            ("60", _("Within 60 days")),
            ("90", _("Within 90 days")),
            ("open", _("Open-ended")),
        ],
    )


class ExpiryFilter(FormFilter):
    title = _("Expiry")
    form_class = ExpiryForm

    def apply(self, queryset: QuerySet[Account], given: dict[str, Any]) -> QuerySet[Account]:
        window, now = given["expiry"], timezone.now()
        if window == "open":
            return queryset.filter(end_date=None)
        if window == "expired":
            return queryset.filter(end_date__lte=now)
        last = dates.end_of(timezone.localdate() + datetime.timedelta(days=int(window)))
        return queryset.filter(end_date__gt=now, end_date__lte=last)


class BatchFilter(FormFilter):
    title = _("Batch")
    form_class = BatchForm

    def apply(self, queryset: QuerySet[Account], given: dict[str, Any]) -> QuerySet[Account]:
        return queryset.filter(batch__in=batches_called(given["batch"]).values("pk"))


class HolderForm(forms.Form):
    holder = forms.ChoiceField(
        label=_("Holder"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=[("", _("Any")), ("yes", _("Has a holder")), ("no", _("Anyone with the code"))],
    )


class HolderFilter(FormFilter):
    title = _("Holder")
    form_class = HolderForm

    def apply(self, queryset: QuerySet[Account], given: dict[str, Any]) -> QuerySet[Account]:
        shared = Account.secondary_users.through.objects.values("account")
        has_holder = ~Q(primary_user=None) | ~Q(holder_email="") | Q(pk__in=shared)
        return queryset.filter(has_holder if given["holder"] == "yes" else ~has_holder)


def account_filters() -> list[Any]:
    """Return the filters, that by currency only where there are several."""
    filters: list[Any] = [
        TypeFilter,
        choices_filter("status", _("Status"), Account.STATUSES),
        amount_range_filter("balance", _("balance")),
        ExpiryFilter,
        day_range_filter("date_created", _("date of creation")),
        HolderFilter,
        BatchFilter,
    ]
    currencies = conf.currencies()
    if len(currencies) > 1:
        filters.append(choices_filter("currency", _("Currency"), [(code, code) for code in currencies]))
    return filters

"""Activity register: who did what, with reasons."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts_ledger.models import Transfer
from accounts_ledger.reports.filters import PeriodFilter
from accounts_ledger.reports.movement_list import COLUMNS, transfer_rows
from accounts_ledger.reports.report import Report
from accounts_ledger.reports.table import Result, Table

#: What people do by hand; customers' own redemptions are left out.
BY_HAND = (
    Transfer.Kind.LOAD,
    Transfer.Kind.TOP_UP,
    Transfer.Kind.REFUND,
    Transfer.Kind.REVERSAL,
    Transfer.Kind.WITHDRAWAL,
    Transfer.Kind.ADJUSTMENT,
    Transfer.Kind.TRANSFER,
)


class ActivityFilter(PeriodFilter):
    username = django_filters.CharFilter(method="unchanged", label=_("User name"))
    amount = django_filters.NumberFilter(
        method="unchanged", label=_("Amount"), min_value=0, max_value=10**12, decimal_places=2
    )
    kind = django_filters.MultipleChoiceFilter(
        choices=[(kind.value, kind.label) for kind in BY_HAND], method="unchanged", label=_("Kind")
    )


class Activity(Report):
    slug = "activity"
    title = _("Activity register")
    description = _("Loads, reversals, refunds and transfers made by staff, with their reasons.")
    filter_class = ActivityFilter

    def run(self, parameters: ActivityFilter) -> Result:
        done = Transfer.objects.filter(
            date_created__gte=parameters.since,
            date_created__lt=parameters.until,
            source__currency=parameters.chosen_currency,
            kind__in=parameters.values["kind"] or BY_HAND,
        )
        if parameters.values["username"]:
            done = done.filter(username__iexact=parameters.values["username"])
        if parameters.values["amount"] is not None:
            done = done.filter(amount=parameters.values["amount"])
        return Result(tables=[Table(_("Done manually"), COLUMNS, transfer_rows(done))])

"""The lines under every report: as of when, by whom, with which parameters."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts_ledger.reports.filters import ReportFilter


def lines(parameters: ReportFilter, username: str, now: datetime.datetime | None = None) -> list[tuple[str, str]]:
    """Return labels and texts: when the report was made, by whom, and each parameter."""
    made = timezone.localtime(now or timezone.now())
    footer = [
        (str(_("Prepared")), f"{made:%Y-%m-%d %H:%M:%S} ({timezone.get_current_timezone_name()})"),
        (str(_("By")), username),
    ]
    for name, field in parameters.form.fields.items():
        value = parameters.values.get(name)
        if value not in (None, "", []):
            footer.append((str(field.label), _text(value)))
    return footer


def _text(value: Any) -> str:
    if isinstance(value, datetime.date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(item) for item in value)
    return str(value)

"""``{{ date|moment }}``: a moment as lists of the ledger show it."""

import datetime

from django import template
from django.utils.safestring import SafeString

from accounts_ledger import written_dates

register = template.Library()


@register.filter
def moment(value: datetime.datetime | None) -> SafeString | str:
    """Return *value* as HTML; nothing for None."""
    return "" if value is None else written_dates.moment(value)

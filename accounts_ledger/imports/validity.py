"""How long cards are valid, as people say it: through a day, or for so many days or months from today."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import dates
from accounts_ledger.exceptions import AccountException

MAX_DAYS = 36_500
MAX_MONTHS = 1_200


def last_day(
    *, end: datetime.date | None = None, days: int | None = None, months: int | None = None
) -> datetime.date | None:
    """Return the last day of validity that is meant, None if there is no end.

    Raises:
        AccountException: more than one of the three is given, or a number is too large or not positive.
    """
    if sum(value is not None for value in (end, days, months)) > 1:
        raise AccountException(_("Give either the last day, or a number of days, or a number of months."))
    if not 1 <= (1 if days is None else days) <= MAX_DAYS or not 1 <= (1 if months is None else months) <= MAX_MONTHS:
        raise AccountException(_("Cards can be valid for 1 day to 100 years."))
    today = timezone.localdate()
    if days is not None:
        return today + datetime.timedelta(days=days)
    if months is not None:
        return dates.months_after(today, months)
    return end

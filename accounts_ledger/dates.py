"""Days in the site's time zone. A validity that is given as days includes its last day."""

from __future__ import annotations

import datetime

from django.utils import timezone


def start_of(day: datetime.date | datetime.datetime) -> datetime.datetime:
    """Return the first moment of *day* in the site's time zone; a datetime is returned as it is, made aware."""
    if isinstance(day, datetime.datetime):
        return day if timezone.is_aware(day) else timezone.make_aware(day)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def end_of(day: datetime.date | datetime.datetime) -> datetime.datetime:
    """Return the first moment after *day* in the site's time zone: valid through that day, whatever the clocks do."""
    if isinstance(day, datetime.datetime):
        return start_of(day)
    return start_of(day + datetime.timedelta(days=1))


def last_day_before(moment: datetime.datetime) -> datetime.date:
    """Return the last day on which something that ends at *moment* is valid: what `end_of` was given."""
    return timezone.localdate(moment - datetime.timedelta(microseconds=1))

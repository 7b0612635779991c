"""Days in the site's time zone. A validity that is given as days includes its last day."""

from __future__ import annotations

import calendar
import datetime

from django.utils import timezone

#: Days beyond these cannot be expressed in every time zone. "31/12/9999" is somebody's way to say "no end".
_FIRST = datetime.date.min + datetime.timedelta(days=2)
_LAST = datetime.date.max - datetime.timedelta(days=2)


def start_of(day: datetime.date | datetime.datetime) -> datetime.datetime:
    """Return the first moment of *day* in the site's time zone; a datetime is returned as it is, made aware."""
    if isinstance(day, datetime.datetime):
        return day if timezone.is_aware(day) else timezone.make_aware(day)
    day = min(max(day, _FIRST), _LAST)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def end_of(day: datetime.date | datetime.datetime) -> datetime.datetime:
    """Return the first moment after *day* in the site's time zone: valid through that day, whatever the clocks do."""
    if isinstance(day, datetime.datetime):
        return start_of(day)
    return start_of(min(day, _LAST) + datetime.timedelta(days=1))


def wall_clock(moment: datetime.datetime) -> datetime.datetime:
    """Return what the clocks of the site's time zone show at *moment*, for counting days of the calendar."""
    return timezone.localtime(moment).replace(tzinfo=None)


def last_day_before(moment: datetime.datetime) -> datetime.date:
    """Return the last day on which something that ends at *moment* is valid: what `end_of` was given."""
    return timezone.localdate(moment - datetime.timedelta(microseconds=1))


def months_after(day: datetime.date, months: int) -> datetime.date:
    """Return the same day *months* later, or the last of that month if it is shorter: 31 January, then 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))

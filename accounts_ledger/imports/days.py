"""Reads days and moments as people and programs write them, spreadsheets' numbers of days included."""

from __future__ import annotations

import datetime
import re

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts_ledger.imports.errors import UndecidedError
from accounts_ledger.imports.reading import DAY_FIRST, MONTH_FIRST, YEAR_FIRST

Moment = datetime.date | datetime.datetime

#: How systems write that there is no date.
NO_DATE = frozenset(
    {"", "0", "-", "–", "—", "none", "null", "never", "n/a", "na", "no", "nil", "unlimited", "no expiry",
     "no expiration",
     "does not expire", "never expires", "doesn't expire", "unbegrenzt", "nie", "jamais", "nunca", "mai", "aldrig",
     "0000-00-00", "0000-00-00 00:00:00", "∞"}
)  # fmt: skip
_ISO_DATE = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_COMPACT_DATE = re.compile(r"^((?:19|20|21)\d\d)(\d\d)(\d\d)$")
_FIGURES = re.compile(r"^(\d{1,2})([-/.\s])\s?(\d{1,2})[-/.\s]\s?(\d{4}|\d{2})$")
_TIME_AFTER = re.compile(
    r"^(.*?\d{2,4}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}),?[T\s]+(?:at\s+)?(\d{1,2}:\d{2})(:\d{2})?(\.\d+)?\s*([AaPp])?\.?[Mm]?\.?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
#: Days as a spreadsheet counts them, from 1982 to 2119; seconds and milliseconds since 1970, from 2001 on.
_SERIAL = re.compile(r"^([3-7]\d{4})(?:\.\d+)?$")
_SECONDS = re.compile(r"^[1-9]\d{9}(\d{3})?$")
_EPOCH = datetime.date(1899, 12, 30)
_WITH_MONTH_NAME = (
    "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%Y %b %d", "%d-%b-%y", "%d %b %y", "%Y-%b-%d",
)  # fmt: skip
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", re.I)
#: Years of two figures are at most so many years ahead.
_PIVOT = 70


def date(text: str, order: str, *, order_is_settled: bool = True) -> Moment | None:
    """Return the day (or, with a time of day, the moment) that *text* says, None if it says that there is none.

    Raises:
        UndecidedError: it is another day with another order, and *order* is only assumed.
        ValueError: with a message fit for people.
    """
    text = text.strip().lstrip("'")
    if text.lower() in NO_DATE:
        return None
    if len(text) > 40 or not text.isascii():
        raise ValueError(_("This is not a date."))
    timed = _TIME_AFTER.match(text)
    if timed:
        return _moment(timed, order, order_is_settled)
    try:
        moment = parse_datetime(text)
    except ValueError:
        raise ValueError(no_such_day()) from None
    if moment and not _ISO_DATE.match(text) and not _COMPACT_DATE.match(text):
        return moment
    return _day(text, order, order_is_settled)


def is_midnight(moment: Moment) -> bool:
    """Whether *moment* is the first of a day in a time zone of its own: a program's way to write a day, or a moment."""
    return isinstance(moment, datetime.datetime) and moment.tzinfo is not None and moment.time() == datetime.time.min


def orders_of(text: str) -> dict[str, datetime.date]:
    """Return what day *text* is in each order that it can be read in; empty if it is not of figures alone."""
    text = text.strip().lstrip("'")
    timed = _TIME_AFTER.match(text)
    match = _FIGURES.match(timed.group(1) if timed else text)
    if not match:
        return {}
    found: dict[str, datetime.date] = {}
    for order in (DAY_FIRST, MONTH_FIRST, YEAR_FIRST):
        try:
            found[order] = _of_figures(match, order)
        except ValueError:
            continue
        if match.group(2) == ".":
            # Nobody who writes points writes the month first, unless there is no such day otherwise.
            break
    return found


def _moment(timed: re.Match[str], order: str, order_is_settled: bool) -> Moment:
    day_text, minutes, seconds, _fraction, half, zone = timed.groups()
    day = _day(day_text, order, order_is_settled)
    hour, minute = (int(part) for part in minutes.split(":"))
    if half:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    try:
        time = datetime.time(hour, minute, int(seconds[1:]) if seconds else 0)
    except ValueError:
        raise ValueError(no_such_day()) from None
    if not zone:
        return day if time == datetime.time.min else datetime.datetime.combine(day, time)
    return datetime.datetime.combine(day, time, _zone(zone))


def _zone(zone: str) -> datetime.timezone:
    if zone[0] not in "+-":
        return datetime.UTC
    offset = datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    if offset >= datetime.timedelta(hours=24):
        raise ValueError(no_such_day())
    return datetime.timezone(-offset if zone[0] == "-" else offset)


def _day(text: str, order: str, order_is_settled: bool) -> datetime.date:
    iso = _ISO_DATE.match(text) or _COMPACT_DATE.match(text)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
        return _exists(year, month, day)
    figures = _FIGURES.match(text)
    if figures:
        if not order_is_settled and len(set(orders_of(text).values())) > 1:
            raise UndecidedError("date_order", text)
        return _of_figures(figures, order)
    return _of_number(text) or _with_month_name(text)


def _of_figures(match: re.Match[str], order: str) -> datetime.date:
    first, sign, second, third = match.groups()
    if order == YEAR_FIRST:
        # "27-12-31": with two figures and dashes only. Nobody writes "27/12/31" so.
        if len(third) != 2 or len(first) != 2 or sign != "-":
            raise ValueError(_("There is no such day with the year first."))
        return _exists(_year(first), int(second), int(third))
    day, month = (int(second), int(first)) if order == MONTH_FIRST else (int(first), int(second))
    year = _year(third)
    if month > 12 >= day:
        raise ValueError(
            _("There is no such day with the day first.")
            if order != MONTH_FIRST
            else _("There is no such day with the month first.")
        )
    return _exists(year, month, day)


def _year(figures: str) -> int:
    year = int(figures)
    return year if len(figures) > 2 else year + (2000 if year < _PIVOT else 1900)


def _exists(year: int, month: int, day: int) -> datetime.date:
    try:
        return _sensible(datetime.date(year, month, day))
    except ValueError:
        raise ValueError(no_such_day()) from None


def _of_number(text: str) -> datetime.date | None:
    serial = _SERIAL.match(text)
    if serial:
        return _EPOCH + datetime.timedelta(days=int(serial.group(1)))
    if _SECONDS.match(text):
        seconds = int(text) / (1000 if len(text) > 10 else 1)
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return None


def _with_month_name(text: str) -> datetime.date:
    plain = re.sub(r"[,.]", " ", _WEEKDAY.sub("", text))
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", plain)
    plain = re.sub(r"\s+", " ", plain).strip()
    for pattern in _WITH_MONTH_NAME:
        try:
            return _sensible(datetime.datetime.strptime(plain, pattern).date())
        except ValueError:
            continue
    raise ValueError(_("This is not a date. Write it like 2026-12-31."))


def _sensible(day: datetime.date) -> datetime.date:
    if not 1970 <= day.year <= 2200:
        raise ValueError(no_such_day())
    return day


def no_such_day() -> str:
    return _("There is no such day, or it is not between 1970 and 2200.")

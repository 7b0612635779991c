"""Reads the cells of a list of gift cards: amounts and dates as people and programs write them."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts_ledger.imports.reading import COMMA, MONTH_FIRST

_SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d+$")
_UNIT = re.compile(r"^(?:[A-Z]{3}|[A-Z]{0,2}[$£€¥₹]|kr\.?|zł)?\s*(.*?)\s*(?:[A-Z]{3}|[$£€¥₹]|kr\.?|zł)?$", re.S)
_GROUPED = {
    ".": re.compile(r"^[+-]?(?:\d+|\d{1,3}(?:[,\s'’]\d{3})+)(?:\.\d*)?$|^[+-]?\.\d+$"),
    ",": re.compile(r"^[+-]?(?:\d+|\d{1,3}(?:[.\s'’]\d{3})+)(?:,\d*)?$|^[+-]?,\d+$"),
}
_ISO_DATE = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_FIGURES = re.compile(r"^(\d{1,2})[-/.\s](\d{1,2})[-/.\s](\d{4})$")
_TIME_AFTER = re.compile(r"^(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})[T\s]+(\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)$")
_WITH_MONTH_NAME = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%Y %b %d")
#: How systems write that there is no date.
NO_DATE = frozenset({"", "0", "-", "–", "none", "null", "never", "n/a", "0000-00-00", "0000-00-00 00:00:00"})


def is_mangled(text: str) -> bool:
    """Whether a spreadsheet made a number with an exponent of *text*: what it was is lost."""
    return bool(_SCIENTIFIC.match(text.strip()))


def amount(text: str, decimal_sign: str, cents: bool = False) -> Decimal:
    """Return the amount that *text* says: "1,234.50", "£50", "50.00 GBP", "(cents) 5000".

    Raises:
        ValueError: with a message fit for people.
    """
    figures = text.strip().replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-")
    if is_mangled(figures):
        raise ValueError(_("A spreadsheet has turned this into a number with an exponent. Export the file again."))
    if len(figures) > 40:
        raise ValueError(_("This is not an amount."))
    match = _UNIT.match(figures)
    figures = match.group(1) if match else figures
    if not figures.isascii() and not figures.replace("’", "").isascii():
        raise ValueError(_("This is not an amount."))
    if not _GROUPED[decimal_sign].match(figures):
        other = "." if decimal_sign == COMMA else ","
        if _GROUPED[other].match(figures):
            raise ValueError(_("This is not an amount with “%s” as decimal sign. Is the choice right?") % decimal_sign)
        raise ValueError(_("This is not an amount."))
    plain = re.sub(r"[\s'’" + re.escape("." if decimal_sign == COMMA else ",") + "]", "", figures)
    value = Decimal(plain.replace(",", "."))
    return value.scaleb(-2) if cents else value


def date(text: str, order: str) -> datetime.date | datetime.datetime | None:
    """Return the day (or, with a time of day, the moment) that *text* says, None if it says that there is none.

    Raises:
        ValueError: with a message fit for people.
    """
    text = text.strip()
    if text.lower() in NO_DATE:
        return None
    if len(text) > 40 or not text.isascii():
        raise ValueError(_("This is not a date."))
    timed = _TIME_AFTER.match(text)
    if timed:
        day = _day(timed.group(1), order)
        hours = datetime.time.fromisoformat(timed.group(2).zfill(5) if len(timed.group(2)) < 5 else timed.group(2))
        return day if hours == datetime.time.min else datetime.datetime.combine(day, hours)
    try:
        moment = parse_datetime(text)
    except ValueError:
        raise ValueError(_no_such_day()) from None
    if moment and not _ISO_DATE.match(text):
        return moment
    return _day(text, order)


def _day(text: str, order: str) -> datetime.date:
    iso, figures = _ISO_DATE.match(text), _FIGURES.match(text)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    elif figures:
        first, second, year = (int(part) for part in figures.groups())
        day, month = (second, first) if order == MONTH_FIRST else (first, second)
    else:
        return _with_month_name(text)
    try:
        return _sensible(datetime.date(year, month, day))
    except ValueError:
        if figures and month > 12 >= day:
            raise ValueError(
                _("There is no such day with the day first.")
                if order != MONTH_FIRST
                else _("There is no such day with the month first.")
            ) from None
        raise ValueError(_no_such_day()) from None


def _with_month_name(text: str) -> datetime.date:
    plain = re.sub(r"[,.]", " ", text)
    plain = re.sub(r"\s+", " ", plain).strip()
    for pattern in _WITH_MONTH_NAME:
        try:
            return _sensible(datetime.datetime.strptime(plain, pattern).date())
        except ValueError:
            continue
    raise ValueError(_("This is not a date. Write it like 2026-12-31."))


def _sensible(day: datetime.date) -> datetime.date:
    if not 1970 <= day.year <= 2200:
        raise ValueError(_no_such_day())
    return day


def _no_such_day() -> str:
    return _("There is no such day, or it is not between 1970 and 2200.")

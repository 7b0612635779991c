"""Days and moments for people: short, on one line, and without a doubt which number is the month."""

from __future__ import annotations

import datetime

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import pgettext


def short(day: datetime.date) -> str:
    """Return *day* in little space: "21 Nov 2026"."""
    # Translators: Django date format; keep the month a word.
    return date_format(day, pgettext("date in lists", "j M Y"))


def moment(value: datetime.datetime) -> SafeString:
    """Return *value* in the site's time zone as HTML: "21 Nov 2026, 09:39"."""
    local = localtime(value)
    # Translators: Django date format; keep the month a word.
    text = date_format(local, pgettext("date and time in lists", "j M Y, H:i"))
    return format_html('<time datetime="{}" class="whitespace-nowrap">{}</time>', local.isoformat(), text)

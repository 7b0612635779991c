"""How soon accounts expire, in the buckets that finance looks at."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Case, CharField, Value, When
from django.utils.translation import gettext_lazy as _

#: Name, heading, and up to how many days from the report's moment (None: beyond, or never).
BUCKETS: list[tuple[str, Any, int | None]] = [
    ("overdue", _("Expired, not closed"), 0),
    ("within_30", _("Within 30 days"), 30),
    ("within_60", _("31–60 days"), 60),
    ("within_90", _("61–90 days"), 90),
    ("beyond_90", _("Beyond 90 days"), None),
    ("open_ended", _("Open-ended"), None),
]


def bucket_of(moment: datetime.datetime) -> Case:
    """Return the expression that sorts positions into `BUCKETS` by their ``end_then``, seen from *moment*."""
    limits = [(name, moment + datetime.timedelta(days=days)) for name, _title, days in BUCKETS if days is not None]
    return Case(
        When(end_then=None, then=Value("open_ended")),
        *(When(end_then__lte=limit, then=Value(name)) for name, limit in limits),
        default=Value("beyond_90"),
        output_field=CharField(),
    )

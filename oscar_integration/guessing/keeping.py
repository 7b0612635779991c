"""The counters' rows: made when first needed, locked in one order, and not kept for ever."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import connections, transaction
from django.db.models import Q, QuerySet

from oscar_integration import conf
from oscar_integration.models import CodeAttempts

#: A counter without an attempt for so long is deleted; its blocks are forgiven with it.
KEPT = datetime.timedelta(days=1)
#: Old rows are looked for once in so many new ones.
_EVERY = 50
#: Rows deleted at a time.
_AT_ONCE = 2000


def locked(subjects: Sequence[tuple[str, str]], now: datetime.datetime) -> list[CodeAttempts]:
    """Return the counters of *subjects*, locked; to be called in a transaction."""
    return completed(existing(subjects), subjects, now)


def existing(subjects: Sequence[tuple[str, str]]) -> list[CodeAttempts]:
    """Return those counters of *subjects* that there are, locked; to be called in a transaction."""
    wanted = Q()
    for scope, subject in subjects:
        wanted |= Q(scope=scope, subject=subject)
    return list(CodeAttempts.objects.select_for_update().filter(wanted).order_by("pk"))


def completed(
    counters: list[CodeAttempts], subjects: Sequence[tuple[str, str]], now: datetime.datetime
) -> list[CodeAttempts]:
    """Return *counters*, which exist and are locked, and with them new ones for the rest of *subjects*."""
    missing = set(subjects) - {(counter.scope, counter.subject) for counter in counters}
    if not missing:
        return counters
    CodeAttempts.objects.bulk_create(
        [
            CodeAttempts(scope=scope, subject=subject, window_started=now, date_changed=now)
            for scope, subject in sorted(missing)
        ],
        ignore_conflicts=True,  # another request may make them at the same moment
    )
    return existing(subjects)


def prune_now_and_then(counters: Sequence[CodeAttempts], now: datetime.datetime) -> None:
    """Delete old counters if one of *counters* has a round number: once in a while as new ones are made."""
    if any(counter.pk % _EVERY == 0 for counter in counters):
        prune(now)


def prune(now: datetime.datetime) -> int:
    """Delete counters that say nothing any more, and the oldest of too many; return how many."""
    long_ago = Q(date_changed__lt=now - KEPT)
    free = Q(blocked_until=None) | Q(blocked_until__lt=now)
    deleted = _delete(CodeAttempts.objects.filter(long_ago & free))
    most = conf.get("ACCOUNTS_GUESSING_MAX_COUNTERS")
    newest = CodeAttempts.objects.order_by("-date_changed", "-pk")
    too_old = list(newest.values_list("pk", flat=True)[most : most + _AT_ONCE])
    return deleted + _delete(CodeAttempts.objects.filter(pk__in=too_old))


def _delete(counters: QuerySet[CodeAttempts]) -> int:
    # Those that are being counted on at this moment are left alone, so that nobody waits for anybody.
    skip = connections[counters.db].features.has_select_for_update_skip_locked
    with transaction.atomic():
        pks = counters.select_for_update(skip_locked=skip).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]
        return CodeAttempts.objects.filter(pk__in=list(pks)).delete()[0]

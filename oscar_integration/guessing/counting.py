"""Counting attempts: each is counted before the code is looked up, and given back if it did not fail.

So a hundred requests at the same moment cannot all pass because none of them has failed yet. The rows are locked in
the order of their ids, for a moment of their own: never inside the transaction of a caller's.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from oscar_integration import conf
from oscar_integration.guessing import keeping
from oscar_integration.guessing.address import address_of, wider_networks
from oscar_integration.models import CodeAttempts

Scope = CodeAttempts.Scope
Subject = tuple[str, str]

_LIMITS = {
    Scope.ADDRESS: "ACCOUNTS_GUESSES_PER_ADDRESS",
    Scope.SESSION: "ACCOUNTS_GUESSES_PER_SESSION",
    Scope.USER: "ACCOUNTS_GUESSES_PER_USER",
}


def subjects_of(request: HttpRequest) -> list[Subject]:
    """Return whom an attempt counts for: the address with the networks around it, the session, the user if any."""
    address = address_of(request)
    subjects: list[Subject] = [(Scope.ADDRESS, address)]
    subjects += [(Scope.NETWORK, network) for network in wider_networks(address)]
    session = getattr(request, "session", None)
    key = session.session_key if session is not None else None
    if key:
        subjects.append((Scope.SESSION, hashlib.sha256(key.encode()).hexdigest()))
    if request.user.pk is not None:
        subjects.append((Scope.USER, str(request.user.pk)))
    return subjects


def reserve(subjects: Sequence[Subject]) -> datetime.timedelta | None:
    """Count an attempt for all *subjects*, and return for how long it has to wait, None if it may go on."""
    with transaction.atomic():
        now = timezone.now()
        counters = keeping.existing(subjects)
        waits = [_rest(counter, now) for counter in counters]
        # Whoever waits is not counted: an office's block must not spread to its people, nor fill the table.
        if not any(waits):
            counters = keeping.completed(counters, subjects, now)
            # A counter that was missing may have been made, and its subject blocked, while this request waited for it.
            waits = [_rest(counter, now) for counter in counters]
        if not any(waits):
            brake = _brake(now)
            waits = [_wait(counter, now, brake) for counter in counters]
        CodeAttempts.objects.bulk_update(
            counters, ["failures", "window_started", "blocked_until", "blocks", "date_changed"]
        )
    keeping.prune_now_and_then(counters, now)
    return max((wait for wait in waits if wait is not None), default=None)


def begin_session(request: HttpRequest) -> None:
    """Give a browser that has no session one, so that its next attempt counts for it whatever address it comes from.

    Only for an attempt that was let through and failed: whoever is blocked must not fill the table of sessions.
    """
    session = getattr(request, "session", None)
    if session is not None and not session.session_key:
        session["has_tried_a_code"] = True


def give_back(subjects: Sequence[Subject]) -> None:
    """Uncount an attempt that did not fail."""
    for scope, subject in subjects:
        counted = CodeAttempts.objects.filter(scope=scope, subject=subject, failures__gt=0)
        counted.update(failures=F("failures") - 1)


def unblock(counters: Sequence[CodeAttempts]) -> int:
    """Let them try again at once, as if nothing had happened; return how many there were."""
    pks = [counter.pk for counter in counters]
    return CodeAttempts.objects.filter(pk__in=pks).update(blocked_until=None, failures=0, blocks=0)


def restart_old_window(counter: CodeAttempts, now: datetime.datetime) -> None:
    """Begin to count anew once the window is over."""
    if counter.window_started <= now - datetime.timedelta(seconds=conf.get("ACCOUNTS_GUESSING_WINDOW")):
        counter.failures, counter.window_started = 0, now


def _rest(counter: CodeAttempts, now: datetime.datetime) -> datetime.timedelta | None:
    """Return for how much longer the subject of *counter* is blocked."""
    counter.date_changed = now
    if counter.blocked_until is None or counter.blocked_until <= now:
        return None
    return counter.blocked_until - now


def _brake(now: datetime.datetime) -> int:
    """Return by what everybody's limits are divided: by more than 1 once the alarm was raised in this window."""
    threshold = conf.get("ACCOUNTS_GUESSING_ALARM")
    if threshold is None:
        return 1
    window = datetime.timedelta(seconds=conf.get("ACCOUNTS_GUESSING_WINDOW"))
    everywhere = CodeAttempts.objects.filter(scope=Scope.EVERYWHERE, window_started__gt=now - window)
    brake: int = conf.get("ACCOUNTS_GUESSING_BRAKE") if everywhere.filter(failures__gte=threshold).exists() else 1
    return brake


def _limit(counter: CodeAttempts) -> int | None:
    """Return how many attempts of the subject of *counter* may fail within the window, None for any number."""
    limit: int | None
    if counter.scope == Scope.NETWORK:
        limit = conf.get("ACCOUNTS_GUESSES_PER_NETWORK").get(int(counter.subject.rpartition("/")[2]))
    else:
        limit = conf.get(_LIMITS[Scope(counter.scope)])
    return limit


def _wait(counter: CodeAttempts, now: datetime.datetime, brake: int) -> datetime.timedelta | None:
    """Count on the locked *counter*; return how long its subject has to wait."""
    limit = _limit(counter)
    restart_old_window(counter, now)
    counter.failures += 1
    if limit is None or counter.failures <= max(1, limit // brake):
        return None
    wait = _next_wait(counter.blocks)
    counter.blocks += 1
    counter.failures, counter.window_started, counter.blocked_until = 0, now, now + wait
    return wait


def _next_wait(blocks: int) -> datetime.timedelta:
    first, longest = conf.get("ACCOUNTS_GUESSING_WAIT"), conf.get("ACCOUNTS_GUESSING_LONGEST_WAIT")
    return datetime.timedelta(seconds=min(first * 2 ** min(blocks, 30), longest))

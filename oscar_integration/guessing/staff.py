"""Staff who look accounts up by code: they count like everybody, with the same limits and the same alarm."""

from __future__ import annotations

import logging

from django.http import HttpRequest

from oscar_integration.guessing import alarm, counting
from oscar_integration.guessing.attempt import TooManyAttempts
from oscar_integration.models import CodeAttempts

logger = logging.getLogger("oscar_integration")


class StaffGuard:
    """What `accounts_ledger.code_lookups` has count its look-ups."""

    def take(self, request: HttpRequest) -> None:
        """Count an attempt.

        Raises:
            TooManyAttempts: it is one too many.
        """
        wait = counting.reserve(_subjects(request))
        if wait is not None:
            logger.warning("Look-up by code of user %s refused: too many failed", request.user.pk)
            raise TooManyAttempts(wait)

    def give_back(self, request: HttpRequest) -> None:
        counting.give_back(_subjects(request))

    def fail(self, request: HttpRequest) -> None:
        alarm.count_failure()


def _subjects(request: HttpRequest) -> list[counting.Subject]:
    """Return the person and their address. A session more or less makes no difference to somebody who has a name."""
    return [subject for subject in counting.subjects_of(request) if subject[0] != CodeAttempts.Scope.SESSION]

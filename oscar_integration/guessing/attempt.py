"""One attempt to use a code, counted for whoever makes it."""

from __future__ import annotations

import datetime
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils.translation import ngettext

from accounts_ledger import exceptions
from accounts_ledger.models import Account
from oscar_integration.guessing import alarm, counting
from oscar_integration.guessing.find import UnusableCode, find, usable

logger = logging.getLogger("oscar_integration")


class TooManyAttempts(exceptions.AccountException):
    """Too many codes were tried by this address, session or user.

    Attributes:
        wait: for how long none is looked up, right or wrong.
    """

    def __init__(self, wait: datetime.timedelta) -> None:
        minutes = math.ceil(wait.total_seconds() / 60)
        super().__init__(
            ngettext(
                "Too many codes were tried. Please try again in %d minute.",
                "Too many codes were tried. Please try again in %d minutes.",
                minutes,
            )
            % minutes
        )
        self.wait = wait


@contextmanager
def attempt(request: HttpRequest) -> Iterator[None]:
    """Count an attempt of *request* to use a code: it has failed if the block raises UnusableCode.

    Not to be used inside a transaction: what is counted would be undone with it.

    Raises:
        TooManyAttempts: it is one too many; the block is not run.
    """
    subjects = counting.subjects_of(request)
    wait = counting.reserve(subjects)
    if wait is not None:
        # Addresses, never codes: a code in a log file is money lying about.
        logger.warning("Code attempt from %s refused: too many failed", subjects[0][1])
        raise TooManyAttempts(wait)
    try:
        yield
    except UnusableCode:
        counting.begin_session(request)
        alarm.count_failure()
        raise
    except exceptions.AccountException:
        counting.give_back(subjects)  # refused for a reason that only the account's owner is told
        raise
    else:
        counting.give_back(subjects)


def account_for_code(request: HttpRequest, code: str, currency: str) -> Account:
    """Return the account with *code*, which the shopper of *request* may use to pay in *currency*. Counts the attempt.

    Raises:
        TooManyAttempts: the shopper has to wait; nothing was looked up.
        UnusableCode: unknown, closed, frozen, expired, empty, not yet valid, somebody else's, or of another currency.
        AccountException: the reason itself, for the user whose account it is.
    """
    with attempt(request):
        return usable(find(code, request.user), currency)

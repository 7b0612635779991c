"""Errors by e-mail to those whom ``ADMINS`` names.

Django's own handler sends the whole request and all settings and takes out what it knows to be secret. This one sends
what the log has, which was scrubbed, and nothing else: a code that nobody thought of cannot be in it.
"""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.core.mail import mail_admins

from backoffice.operations.scrubbing import scrub

#: Seconds for which an error from the same place is not mailed again by this process: one fault, one mail.
QUIET = 300


class ErrorMail(logging.Handler):
    """Mails each error once; the log has them all."""

    def __init__(self, level: int = logging.ERROR) -> None:
        super().__init__(level)
        self._mailed: dict[tuple[str, int], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        # ``mailed``: whoever logged it has sent a mail of its own.
        if not settings.ADMINS or getattr(record, "mailed", False) or not self._is_news(record):
            return
        try:
            first_line = record.getMessage().partition("\n")[0]
            mail_admins(scrub(f"{record.levelname}: {first_line}")[:150], self.format(record))
        except Exception:
            # As every handler does: logging must not break what it reports on. Python prints the reason to stderr.
            self.handleError(record)

    def _is_news(self, record: logging.LogRecord) -> bool:
        place, now = _place(record), time.monotonic()
        if now - self._mailed.get(place, -QUIET) < QUIET:
            return False
        self._mailed[place] = now
        return True


def _place(record: logging.LogRecord) -> tuple[str, int]:
    """Return where the error happened: the innermost line of the traceback, or else the line that logged it."""
    traceback = record.exc_info[2] if record.exc_info else None
    if traceback is None:
        return record.pathname, record.lineno
    while traceback.tb_next:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_filename, traceback.tb_lineno

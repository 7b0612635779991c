"""Errors by e-mail to those whom ``ADMINS`` names.

Django's own handler sends the whole request and all settings and takes out what it knows to be secret. This one sends
what the log has, which was scrubbed, and nothing else: a code that nobody thought of cannot be in it.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback

from django.conf import settings
from django.core.mail import mail_admins
from django.db import DatabaseError, connection

from backoffice.mail.queue import BACKEND
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
            _mail(scrub(f"{record.levelname}: {first_line}")[:150], self.format(record))
        except Exception:
            # As every handler does: logging must not break what it reports on. Python prints the reason to stderr.
            self.handleError(record)

    def _is_news(self, record: logging.LogRecord) -> bool:
        place, now = _place(record), time.monotonic()
        if now - self._mailed.get(place, -QUIET) < QUIET:
            return False
        self._mailed[place] = now
        return True


def _mail(subject: str, body: str) -> None:
    """Queue the mail. Where that would lose it (no database, a transaction that may end badly), a thread sends it.

    Nothing waits for either.
    """
    if settings.EMAIL_BACKEND == BACKEND and connection.in_atomic_block:
        return _send_beside(subject, body)
    try:
        mail_admins(subject, body)
    except DatabaseError:
        _send_beside(subject, body)


def _send_beside(subject: str, body: str) -> None:
    from backoffice.mail import sending  # needs the models, and logging begins before they are there

    def send() -> None:
        try:
            mail_admins(subject, body, connection=sending.transport())
        except Exception:
            # The log has the error itself; a handler of the log must not log, or one failure would make the next.
            traceback.print_exc(file=sys.stderr)

    threading.Thread(target=send, name="error-mail").start()


def _place(record: logging.LogRecord) -> tuple[str, int]:
    """Return where the error happened: the innermost line of the traceback, or else the line that logged it."""
    traceback = record.exc_info[2] if record.exc_info else None
    if traceback is None:
        return record.pathname, record.lineno
    while traceback.tb_next:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_filename, traceback.tb_lineno

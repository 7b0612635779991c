"""The alarm: many failed attempts from many addresses, none of which has too many by itself."""

from __future__ import annotations

import datetime
import logging
import smtplib

from django.core.mail import mail_admins
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from oscar_integration import conf
from oscar_integration.guessing import counting, keeping
from oscar_integration.models import CodeAttempts

logger = logging.getLogger("oscar_integration")


def count_failure() -> None:
    """Count a failed attempt for the whole shop; raise the alarm when it is one too many, once a window."""
    threshold = conf.get("ACCOUNTS_GUESSING_ALARM")
    if threshold is None:
        return
    with transaction.atomic():
        now = timezone.now()
        (counter,) = keeping.locked([(CodeAttempts.Scope.EVERYWHERE, "")], now)
        counting.restart_old_window(counter, now)
        counter.failures += 1
        counter.date_changed = now
        counter.save(update_fields=["failures", "window_started", "date_changed"])
    if counter.failures == threshold:
        _raise(counter)


def _raise(counter: CodeAttempts) -> None:
    window = datetime.timedelta(seconds=conf.get("ACCOUNTS_GUESSING_WINDOW"))
    recent = CodeAttempts.objects.filter(date_changed__gte=counter.date_changed - window)
    addresses = recent.filter(scope=CodeAttempts.Scope.ADDRESS).count()
    text = _(
        "%(failures)d attempts to use a gift card code have failed since %(since)s, from %(addresses)d addresses. "
        "Somebody may be guessing codes. Who tried is listed in the back office."
    ) % {
        "failures": counter.failures,
        "since": timezone.localtime(counter.window_started).strftime("%Y-%m-%d %H:%M"),
        "addresses": addresses,
    }
    # ``mailed`` keeps a log handler that mails errors from mailing this one again.
    logger.error(
        "Code guessing: %d failed attempts from %d addresses", counter.failures, addresses, extra={"mailed": True}
    )
    try:
        mail_admins(_("Gift card codes are being guessed"), text)
    except (OSError, smtplib.SMTPException):
        # The shopper's request must not fail because the mail server does; the log has the alarm already.
        logger.exception("The alarm could not be mailed")

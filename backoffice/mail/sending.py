"""Sending what the queue holds: each mail once, again when that fails, and not for ever."""

from __future__ import annotations

import datetime
import logging
import smtplib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db.models import Q
from django.utils import timezone

from accounts_ledger.code_keys import UnknownCodeKey
from backoffice.mail import content
from backoffice.mail.queue import BACKEND
from backoffice.models import QueuedMail

logger = logging.getLogger("backoffice")

State = QueuedMail.State
#: For how long a process has a mail to itself: if it is killed meanwhile, another one sends it.
_LEASE = datetime.timedelta(minutes=10)
#: The wait after a failure, which doubles with each one, and the longest.
_FIRST_WAIT, _LONGEST_WAIT = datetime.timedelta(minutes=1), datetime.timedelta(hours=6)
#: When a mail is given up, and how long the list names what was sent.
_GIVE_UP_AFTER, _KEEP = datetime.timedelta(days=3), datetime.timedelta(days=30)
#: Mails that have waited longer than this say that no worker runs, or no mail server answers.
OVERDUE = datetime.timedelta(minutes=15)


@dataclass
class SendingReport:
    """The outcome of a run. ``next_run``: when to try again what failed, None if nothing did."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0
    next_run: datetime.datetime | None = None


def transport() -> Any:
    """Return the connection that really sends; also what ``ACCOUNTS_MAIL_CONNECTION`` names."""
    return get_connection(settings.MAIL_TRANSPORT if settings.EMAIL_BACKEND == BACKEND else None)


def send_due() -> SendingReport:
    """Send what is due. Safe to repeat and to run twice at once.

    When the mail server does not answer, the run ends and everything waits: else each mail would wait for a timeout.
    """
    report = SendingReport(given_up=_give_up())
    QueuedMail.objects.filter(date_done__lt=timezone.now() - _KEEP).delete()
    connection = transport()
    for pk in QueuedMail.objects.due().order_by("next_try", "pk").values_list("pk", flat=True):
        mail = _claim(pk)
        if mail is None:
            continue
        try:
            content.unpack(mail.content() or {}, connection).send()
        except Exception as error:  # whatever a mail server or an address may come up with: the mail waits
            report.failed += 1
            waits_until = _note_failure(mail, error)
            report.next_run = min(report.next_run or waits_until, waits_until)
            if _is_about_the_server(error):
                QueuedMail.objects.due().update(next_try=waits_until)
                break
        else:
            _done(QueuedMail.objects.filter(pk=pk), State.SENT, last_error="")
            report.sent += 1
    return report


def try_again(mails: Any) -> int:
    """Have *mails* (a queryset) that wait sent at the next run; return how many."""
    return int(mails.filter(state=State.WAITING).update(next_try=timezone.now(), failures=0))


def seal_anew(sender: object = None, **kwargs: Any) -> None:
    """Seal what waits with the newest key of the codes, when they are: older keys can then be taken away."""
    for mail in QueuedMail.objects.filter(sealed__isnull=False).iterator(chunk_size=200):
        try:
            packed = mail.content()
        except UnknownCodeKey:
            logger.exception("E-mail #%s cannot be opened, and will not be sent", mail.pk)
            continue
        if packed is not None:  # and unless it was sent meanwhile
            QueuedMail.objects.filter(pk=mail.pk, sealed__isnull=False).update(sealed=QueuedMail.seal(packed))


def overdue() -> Any:
    """Return the mails that have waited too long, as a queryset."""
    return QueuedMail.objects.filter(state=State.WAITING, date_created__lt=timezone.now() - OVERDUE)


def _claim(pk: int) -> QueuedMail | None:
    now = timezone.now()
    if not QueuedMail.objects.due().filter(pk=pk).update(next_try=now + _LEASE):
        return None
    return QueuedMail.objects.get(pk=pk)


def _note_failure(mail: QueuedMail, error: Exception) -> datetime.datetime:
    # The kind of error only: what a server answers may quote the mail.
    logger.warning("E-mail #%s could not be sent (%s); to be repeated", mail.pk, type(error).__name__)
    waits_until = timezone.now() + min(_FIRST_WAIT * 2 ** min(mail.failures, 20), _LONGEST_WAIT)
    QueuedMail.objects.filter(pk=mail.pk, state=State.WAITING).update(
        failures=mail.failures + 1, last_error=type(error).__name__, next_try=waits_until
    )
    return waits_until


def _is_about_the_server(error: Exception) -> bool:
    about_the_mail = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
    return isinstance(error, (OSError, smtplib.SMTPException)) and not isinstance(error, about_the_mail)


def _give_up() -> int:
    old = QueuedMail.objects.filter(state=State.WAITING, date_created__lt=timezone.now() - _GIVE_UP_AFTER)
    given_up = _done(old.filter(~Q(failures=0)), State.FAILED)
    if given_up:
        logger.error("%d e-mails could not be sent for three days and were given up", given_up)
    return given_up


def _done(mails: Any, state: str, **columns: Any) -> int:
    """Close *mails*, and forget what was in them: it may be a link that lets somebody in."""
    return int(mails.update(state=state, sealed=None, date_done=timezone.now(), **columns))

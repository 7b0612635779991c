"""Django's e-mail backend of this site: a mail is written into the database, and the worker sends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from backoffice.mail import content

BACKEND = "backoffice.mail.queue.QueueBackend"


class QueueBackend(BaseEmailBackend):
    """Keeps mails in the transaction of whatever they tell of: both come to be, or neither.

    It never fails because of a mail server, and takes no longer than a row. Arguments of other backends are ignored.
    """

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        from backoffice.mail import tasks
        from backoffice.models import QueuedMail

        written = 0
        for message in email_messages:
            recipients = message.recipients()
            if not recipients:
                continue
            message.message()  # raises now, as every backend does, if a header carries a line break
            QueuedMail.objects.create(
                recipients=", ".join(recipients),
                subject=str(message.subject)[: QueuedMail.LONGEST_SUBJECT],
                sealed=QueuedMail.seal(content.pack(message)),
            )
            written += 1
        if written:
            tasks.send_due.enqueue()
        return written

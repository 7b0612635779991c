"""System checks: no request sends mail itself, and a worker does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError

from backoffice.mail.queue import BACKEND


def check_worker_sends(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a task backend that works within requests, or not at all: mails would be sent there, or never."""
    backend = settings.TASKS["default"]["BACKEND"]
    if settings.EMAIL_BACKEND != BACKEND or not backend.endswith((".ImmediateBackend", ".DummyBackend")):
        return []
    return [
        Error(
            f"TASKS_BACKEND is {backend}, which has no worker: requests would send mail themselves, or nobody does.",
            hint="Leave TASKS_BACKEND unset, and run manage.py db_worker.",
            id="backoffice.E006",
        )
    ]


def check_mail_is_sent(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of mails that have waited too long (`manage.py check --database default`)."""
    if not databases or "default" not in databases:
        return []
    from backoffice.mail import sending

    try:
        waiting = sending.overdue().count()
    except DatabaseError:
        return []  # before the first migrate
    if not waiting:
        return []
    return [
        Warning(
            f"{waiting} e-mails have waited for more than 15 minutes.",
            hint="Is a worker running (manage.py db_worker)? Does the mail server of EMAIL_URL answer?",
            id="backoffice.W010",
        )
    ]

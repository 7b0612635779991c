"""Deployment checks (`manage.py check --deploy`) beside Django's own: settings that nobody means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Warning
from django.db import connection

_THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    """Warn of what visitors would notice, and tell what only operators can judge."""
    return [*_warnings(), *_hints()]


def _warnings() -> Iterator[CheckMessage]:
    if set(settings.ALLOWED_HOSTS) <= _THIS_MACHINE:
        yield Warning(
            "ALLOWED_HOSTS names this machine only: whoever asks for the site by another name is refused.",
            hint="Give the names of the site, with commas.",
            id="backoffice.W001",
        )
    if settings.SECURE_SSL_REDIRECT and not settings.SECURE_PROXY_SSL_HEADER:
        yield Warning(
            "BEHIND_TLS_PROXY is not set: every page leads to https, and so to itself, for ever.",
            hint="Set it to 1 if a proxy ends TLS, or SECURE=0 to try the site without one.",
            id="backoffice.W002",
        )


def _hints() -> Iterator[CheckMessage]:
    if connection.vendor == "sqlite":
        yield Info(
            f"The database is the file {connection.settings_dict['NAME']}: good for one machine with few visitors.",
            hint="Name a PostgreSQL in DATABASE_URL.",
            id="backoffice.I001",
        )
    if settings.MAIL_TRANSPORT.endswith("console.EmailBackend"):
        yield Info(
            "EMAIL_URL is not set: mail is printed and not sent, to customers neither.",
            hint="Name a mail server.",
            id="backoffice.I002",
        )
    if not settings.ADMINS:
        yield Info(
            "ADMINS is not set: nobody is mailed errors and alarms.",
            hint="Name the people who are to know.",
            id="backoffice.I003",
        )

"""Logging: a line of JSON for each event in production, readable lines in development.

Every line passes `scrubbing.scrub`, and carries the id of the request or job that it is about.
"""

from __future__ import annotations

import logging
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from backoffice.operations import request_id
from backoffice.operations.scrubbing import scrub

#: Objects that Django, gunicorn and django-tasks attach to records; as text they may hold what was searched for.
_NOT_WRITTEN = ("request", "taskName", "args", "sql", "params")

#: From the least severe on.
LEVELS: tuple[str, ...] = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def configuration(*, as_json: bool, level: str, mail: bool = True) -> dict[str, Any]:
    """Return the configuration for `logging.config.dictConfig`, for Django and for gunicorn alike.

    Args:
        as_json: lines for machines instead of people.
        level: the least severe that our own loggers write, such as ``INFO``.
        mail: errors go to ``ADMINS`` too. Not for gunicorn's own process, which knows no settings.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {"line": {"()": JsonLine if as_json else PlainLine}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]},
            "mail_admins": {
                "class": "backoffice.operations.error_mail.ErrorMail",
                "level": "ERROR",
                "formatter": "line",
                "filters": ["request_id"],
            },
        },
        "root": {"handlers": ["console", "mail_admins"] if mail else ["console"], "level": "WARNING"},
        "loggers": {
            # Django's own configuration has handlers of its own here, which write unscrubbed lines.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # Pages that are not there are in the access log.
            "django.request": {"level": "ERROR"},
            # Strangers ask for any host; that is no error of ours.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "accounts_ledger": {"level": level},
            "oscar_integration": {"level": level},
            "backoffice": {"level": level},
            "django_tasks": {"level": "INFO"},
            "django_tasks_db": {"level": "INFO"},
            "gunicorn.error": {"level": "INFO", "propagate": True},
            "gunicorn.access": {"level": "INFO", "propagate": True},
        },
    }


class RequestIdFilter(logging.Filter):
    """Lets every record through, with the id of the request or job that it is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        work = request_id.current()
        if not hasattr(record, "request_id"):
            record.request_id = work.id if work else "-"
        return True


class PlainLine(logging.Formatter):
    """A line for people."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} [{request_id}] {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


class JsonLine(JsonFormatter):
    """A line for machines: one JSON object."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message", "request_id"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            timestamp="time",
            reserved_attrs=[*RESERVED_ATTRS, *_NOT_WRITTEN],
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: scrub(value) if isinstance(value, str) else value for name, value in log_data.items()}

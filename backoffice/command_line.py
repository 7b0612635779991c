"""Django's command line, with a line for people where nothing can work before they do something.

Wrong settings, a database that does not answer and one without its tables are no faults of the program: cron would mail
a page of traceback for each, every few minutes. `--traceback` shows it nevertheless.
"""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError, connection


def run(arguments: list[str]) -> None:
    """Run the command that *arguments* name; ends the process with a status of sysexits.h if that is impossible."""
    try:
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, OperationalError, ProgrammingError) as error:
        reason = _reason(error)
        if reason is None or "--traceback" in arguments:
            raise
        text, status = reason
        sys.stderr.write(f"{text}\n")
        sys.exit(status)


def _reason(error: Exception) -> tuple[str, int] | None:
    """Say what somebody has to do first, and with which status the process ends; None: it is a fault after all."""
    if isinstance(error, ImproperlyConfigured):
        return f"Settings: {error}", os.EX_CONFIG
    if _lacks_migrations(error):
        missing = str(error).partition("\n")[0]
        return f"The database lacks migrations ({missing}). Run `manage.py migrate` first.", os.EX_UNAVAILABLE
    if connection.connection is None:
        return f"The database of DATABASE_URL cannot be reached: {str(error).strip()}", os.EX_UNAVAILABLE
    return None


def _lacks_migrations(error: Exception) -> bool:
    # PostgreSQL's codes for a table, a column and a function that are not there.
    code = getattr(error.__cause__, "sqlstate", None)
    return code in ("42P01", "42703", "42883") or str(error).startswith(("no such table", "no such column"))

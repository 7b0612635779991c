"""Where nothing can work, a command says so in a line, and ends with a status that tells why."""

from __future__ import annotations

import os
from types import SimpleNamespace

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError

from backoffice import command_line


@pytest.fixture
def failing(monkeypatch, capsys):
    """Run a command that raises *error*; get the status that it ends with, and what it printed."""

    def run(error: Exception, *options: str) -> tuple[object, str]:
        def fail(arguments):
            raise error

        monkeypatch.setattr(command_line, "execute_from_command_line", fail)
        with pytest.raises(SystemExit) as end:
            command_line.run(["manage.py", "verify_ledger", *options])
        return end.value.code, capsys.readouterr().err

    return run


def caused_by(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def test_wrong_settings_are_named(failing):
    assert failing(ImproperlyConfigured("DEBUG is neither 1 nor 0.")) == (
        os.EX_CONFIG,
        "Settings: DEBUG is neither 1 nor 0.\n",
    )


def test_a_database_that_does_not_answer_is_no_fault_of_the_program(failing, monkeypatch):
    monkeypatch.setattr(command_line, "connection", SimpleNamespace(connection=None))

    status, printed = failing(OperationalError("connection refused"))

    assert (status, printed) == (
        os.EX_UNAVAILABLE,
        "The database of DATABASE_URL cannot be reached: connection refused\n",
    )


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("no such table: accounts_ledger_account"),
        caused_by(ProgrammingError('relation "x" does not exist\nLINE 1'), psycopg.errors.UndefinedTable()),
    ],
)
def test_a_database_without_its_tables_has_to_be_migrated_first(failing, error):
    status, printed = failing(error)

    assert status == os.EX_UNAVAILABLE
    assert printed.startswith("The database lacks migrations")
    assert printed.endswith("Run `manage.py migrate` first.\n")
    assert printed.count("\n") == 1


def test_any_other_error_shows_where_it_happened(failing, monkeypatch):
    monkeypatch.setattr(command_line, "connection", SimpleNamespace(connection="open"))

    with pytest.raises(ProgrammingError, match="syntax error"):
        failing(ProgrammingError("syntax error"))


def test_the_traceback_can_be_asked_for(failing):
    with pytest.raises(ImproperlyConfigured):
        failing(ImproperlyConfigured("DEBUG is neither 1 nor 0."), "--traceback")

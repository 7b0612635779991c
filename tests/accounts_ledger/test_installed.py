"""A migrate that has nothing to change takes no lock, and one that has waits for one only briefly."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from accounts_ledger import guards, installed
from accounts_ledger.posting import function

SCRIPT = (guards.SQL / connection.vendor / "guards.sql").read_text()

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="a matter of PostgreSQL only")


def test_what_was_installed_is_known_as_current(db):
    assert installed.is_current(connection, SCRIPT)


def test_a_trigger_that_is_gone_is_noticed_and_put_back(db):
    guards.remove(connection)
    assert not installed.is_current(connection, SCRIPT)

    guards.install(connection)
    assert installed.is_current(connection, SCRIPT)


def test_a_trigger_with_another_text_is_noticed_and_replaced(db):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER ledger_transfer_no_delete")
            cursor.execute(
                "CREATE TRIGGER ledger_transfer_no_delete BEFORE DELETE ON accounts_ledger_transfer"
                " WHEN OLD.id < 0 BEGIN SELECT RAISE(ABORT, 'never'); END"
            )
        else:
            cursor.execute(
                "CREATE OR REPLACE TRIGGER ledger_transfer_append_only BEFORE DELETE ON accounts_ledger_transfer"
                " FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()"
            )
    assert not installed.is_current(connection, SCRIPT)

    guards.install(connection)
    assert installed.is_current(connection, SCRIPT)


@on_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE accounts_ledger_transfer DISABLE TRIGGER ledger_transfer_append_only",
        "CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NEW; END $$",
    ],
)
def test_a_guard_that_guards_nothing_any_more_is_noticed(db, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert not installed.is_current(connection, SCRIPT)
    guards.install(connection)


@on_postgresql
def test_the_posting_function_is_known_as_current(db, django_assert_num_queries):
    with django_assert_num_queries(2):  # looked at, not replaced
        function.install(connection)


@on_postgresql
def test_no_transfer_waits_for_a_migrate_that_changes_nothing(transactional_db):
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM accounts_ledger_transfer")  # a long report
            with connection.cursor() as ours:
                ours.execute("SET lock_timeout = '100ms'")
            call_command("migrate", verbosity=0)  # and would have been refused a lock
    finally:
        reader.close()


@on_postgresql
def test_a_change_of_the_triggers_gives_up_soon_where_the_tables_are_in_use(transactional_db, monkeypatch):
    monkeypatch.setattr(installed, "LOCK_TIMEOUT", "50ms")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_transfer_no_truncate ON accounts_ledger_transfer")
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM accounts_ledger_transfer")
            with pytest.raises(OperationalError, match="run migrate again"):
                guards.install(connection)
    finally:
        reader.close()
        guards.install(connection)
    assert installed.is_current(connection, SCRIPT)

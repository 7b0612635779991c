"""A migrate that has nothing to change takes no lock, and one that has waits for one only briefly."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from accounts_ledger import guards, installed
from accounts_ledger.posting import schema

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
        schema.install(connection)


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
    writer = connection.copy()
    try:
        with writer.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE accounts_ledger_transfer IN ROW EXCLUSIVE MODE")  # as whoever posts has it
            with pytest.raises(OperationalError, match="run migrate again"):
                guards.install(connection)
    finally:
        writer.close()
        guards.install(connection)
    assert installed.is_current(connection, SCRIPT)


@on_postgresql
def test_the_triggers_are_brought_up_to_date_while_a_long_report_is_read(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_transfer_no_truncate ON accounts_ledger_transfer")
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM accounts_ledger_transfer")
            guards.install(connection)
    finally:
        reader.close()

    assert installed.is_current(connection, SCRIPT)


@on_postgresql
def test_the_processes_of_the_version_before_can_post_until_they_are_replaced(db, make_card, redemptions):
    """They call the function by its old name and arguments, and expect a row a side, or none for a refusal."""
    card = make_card("50.00")
    call = (
        "SELECT side_id, side_balance, side_held, side_sequence FROM ledger_post_transfer(%s, %s, %s, 0, NULL,"
        " 999999999999.99, false, NULL, %s, 'redemption', NULL, NULL, NULL, NULL, '', NULL, NULL)"
    )
    with connection.cursor() as cursor:
        cursor.execute(call, [card.pk, redemptions.pk, "20.00", "OLD1"])
        assert cursor.fetchall() == [(card.pk, D("30.00"), D(0), 2), (redemptions.pk, D("20.00"), D(0), 1)]
        cursor.execute(call, [card.pk, redemptions.pk, "30.01", "OLD2"])
        assert cursor.fetchall() == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_migrating_back_brings_the_check_at_commit_and_the_foreign_keys_back():
    def seen() -> tuple[int, bool]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_constraint"
                " WHERE conrelid = 'accounts_ledger_transaction'::regclass AND contype = 'f'"
            )
            [keys] = cursor.fetchone()
            cursor.execute("SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'ledger_transfer_balances')")
            return keys, cursor.fetchone()[0]

    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    assert seen() == (0, False)
    try:
        executor.migrate([("accounts_ledger", "0014_forget_files")])
        assert seen() == (2, True)
    finally:
        MigrationExecutor(connection).migrate(leaves)
        guards.reinstall_after_migrate(using="default")  # as the migrate command does in the end
        schema.reinstall_after_migrate(using="default")

    assert seen() == (0, False)

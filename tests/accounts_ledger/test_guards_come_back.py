"""The guards are installed again and again, lifted, and put back by every migration."""

# ruff: noqa: PT012  (what is seen while guards are lifted takes a statement of its own)

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts_ledger import guards
from tests.accounts_ledger.test_guards import IS_POSTGRESQL

# --- Installing and removing -----------------------------------------------------------------------


def installed() -> set[str]:
    catalogue = (
        "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'ledger_%%'"
        if IS_POSTGRESQL
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger_%%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        return {row[0] for row in cursor.fetchall()}


def test_guards_can_be_installed_again_and_again(db):
    before = installed()
    guards.install(connection)
    guards.install(connection)

    assert installed() == before != set()


def test_removing_the_guards_leaves_nothing_behind(db):
    guards.remove(connection)

    assert installed() == set()
    guards.remove(connection)
    guards.install(connection)


def test_guards_that_are_lifted_come_back_whatever_happens(db):
    before = installed()
    with pytest.raises(LookupError), guards.lifted(connection):
        assert installed() == set()
        raise LookupError

    assert installed() == before


def test_every_migration_puts_the_guards_back(db):
    before = installed()
    guards.remove(connection)
    guards.reinstall_after_migrate(using="default")

    assert installed() == before


@pytest.mark.django_db(transaction=True)
def test_migrating_backwards_removes_the_guards_and_forwards_brings_them_back():
    before = installed()
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    try:
        executor.migrate([("accounts_ledger", "0001_initial")])
        assert installed() == set()
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(leaves)
        guards.reinstall_after_migrate(using="default")  # as the migrate command does in the end

    assert installed() == before

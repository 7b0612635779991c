"""The ledger's migrations: complete, reversible, and the guards come and go with them."""

import pytest
from django.core.management import call_command
from django.db import connection

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger%'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'ledger%'"
    " UNION SELECT proname FROM pg_proc WHERE proname LIKE 'ledger%'",
}


def guards() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def ledger_tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("accounts_ledger_")}


def test_no_model_has_a_change_without_a_migration(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_the_ledger_migrates_backwards_without_a_trace_and_forwards_again():
    tables, triggers = ledger_tables(), guards()
    try:
        call_command("migrate", "accounts_ledger", "zero", verbosity=0)
        left = ledger_tables() | guards()
    finally:
        call_command("migrate", verbosity=0)

    assert left == set()
    assert (ledger_tables(), guards()) == (tables, triggers)
    assert triggers

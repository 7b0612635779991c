"""Codes that were stored in clear text are sealed by a migration, and opened again by the way back."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from accounts_ledger import code_keys, code_migration
from accounts_ledger.models import Account

BEFORE = "0010_holder"


def execute(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


class Table:
    """A table as the accounts' is in the midst of the migration."""

    def __init__(self, codes):
        binary = "bytea" if connection.vendor == "postgresql" else "blob"
        execute(
            f"CREATE TABLE old_account (id bigint PRIMARY KEY, clear_code varchar(128), code {binary},"
            f" code_hash {binary} UNIQUE, code_tail varchar(4))"
        )
        for pk, code in codes.items():
            execute("INSERT INTO old_account (id, clear_code) VALUES (%s, %s)", pk, code)
        self.told: list[str] = []
        code_migration.seal(connection, "old_account", "clear_code", self.told.append)

    def codes(self) -> dict[int, str | None]:
        rows = execute("SELECT id, code, code_hash FROM old_account")
        opened = {pk: None if sealed is None else code_keys.unseal(sealed) for pk, sealed, _digest in rows}
        for pk, _sealed, digest in rows:
            assert (digest and bytes(digest)) == (opened[pk] and code_keys.digests(opened[pk])[0])
        return opened


@pytest.mark.django_db(transaction=True)
def test_codes_of_before_are_found_and_shown_as_ever_and_the_way_back_restores_them():
    card = Account.objects.create(code="ABCDEFGH2345", name="Old")
    try:
        call_command("migrate", "accounts_ledger", BEFORE, verbosity=0)
        clear = dict(execute("SELECT name, code FROM accounts_ledger_account"))
    finally:
        call_command("migrate", verbosity=0)

    assert (clear.pop("Old"), set(clear.values())) == ("ABCDEFGH2345", {None})
    assert Account.objects.get(code="ABCDEFGH2345") == card
    assert Account.objects.get(pk=card.pk).code == "ABCDEFGH2345"
    assert Account.objects.get(pk=card.pk).code_tail == "345"
    cells = [cell for row in execute("SELECT * FROM accounts_ledger_account") for cell in row]
    assert "ABCDEFGH2345" not in repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in cells])


def test_every_portion_is_sealed(db, monkeypatch):
    monkeypatch.setattr(code_migration, "_TOGETHER", 2)
    codes = {pk: f"ABCDEFGH{pk}" for pk in (3, 4, 7, 8, 11)} | {5: None}

    assert Table(codes).codes() == codes


def test_a_code_that_was_pasted_with_marks_is_stored_without_them(db):
    table = Table({1: "\u202aABCDＥFGH\u20432345", 2: "OTHER2345", 3: None, 4: "\u2043\u2043"})

    assert table.codes() == {1: "ABCDEFGH2345", 2: "OTHER2345", 3: None, 4: None}
    assert table.told == []


def test_codes_that_have_become_one_are_told_apart_and_named(db):
    table = Table({11: "ABCDＥFGH2345", 12: "ABCDEFGH2345", 13: "ABCD\u2043EFGH2345", 14: "X\u2043Y", 15: "X\u30fcY"})

    assert table.codes() == {11: "ABCDEFGH234511", 12: "ABCDEFGH2345", 13: "ABCDEFGH234513", 14: "XY", 15: "XY15"}
    assert [line.partition(":")[0] for line in table.told] == ["Account #11", "Account #13", "Account #15"]
    assert ["#12" in line for line in table.told] == [True, True, False]
    assert "ABCDEFGH" not in "".join(table.told)


def test_sealed_codes_are_opened_on_the_way_back(db):
    codes = {1: "ABCDEFGH2345", 2: None}
    table = Table(codes)
    execute("UPDATE old_account SET clear_code = NULL")

    code_migration.open_again(connection, "old_account", "clear_code")

    assert dict(execute("SELECT id, clear_code FROM old_account")) == codes == table.codes()

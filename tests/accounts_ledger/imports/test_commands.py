"""The same by command: check, then load all or nothing."""

import datetime
from decimal import Decimal as D

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts_ledger.models import Account, GiftCardBatch
from tests.accounts_ledger.imports.test_loading import TWO

pytestmark = pytest.mark.usefixtures("books", "bank")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "cards.csv"
    path.write_text(TWO)
    return path


def import_gift_cards(file, *arguments):
    call_command("import_gift_cards", str(file), "--source=Bank", "--type=Gift cards", *arguments)


def test_a_file_is_imported(file, bank, capsys):
    import_gift_cards(file)
    bank.refresh_from_db()
    assert bank.balance == D("-30.50")
    assert "2 cards loaded from Bank." in capsys.readouterr().out


def test_a_dry_run_loads_nothing_and_leaves_a_checked_batch(file):
    import_gift_cards(file, "--dry-run")
    assert GiftCardBatch.objects.get().is_loadable
    assert not Account.objects.filter(batch__isnull=False).exists()


def test_errors_are_listed_and_nothing_is_loaded(tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_text("code,amount\nALPHA-BRAVO-77,-5\n")
    with pytest.raises(CommandError, match="1 errors"):
        import_gift_cards(path)
    assert "Row 2, amount '-5'" in capsys.readouterr().err


def test_the_same_file_is_not_loaded_again_unless_that_is_said(tmp_path):
    path = tmp_path / "amounts.csv"
    path.write_text("amount\n5\n")
    import_gift_cards(path)
    with pytest.raises(CommandError, match="--again"):
        import_gift_cards(path)
    import_gift_cards(path, "--again")
    assert Account.objects.filter(batch__isnull=False).count() == 2


def test_a_file_that_had_errors_and_was_read_otherwise_is_no_repetition(file):
    with pytest.raises(CommandError, match="2 errors"):
        import_gift_cards(file, "--start=2099-01-02", "--end=2099-01-01")
    import_gift_cards(file)
    assert Account.objects.filter(batch__isnull=False).count() == 2


def test_cards_are_valid_for_so_many_months(file):
    with time_machine.travel("2027-01-31 12:00Z", tick=False):
        import_gift_cards(file, "--months=1")
    ends = set(Account.objects.filter(batch__isnull=False).values_list("end_date", flat=True))
    assert ends == {datetime.datetime(2027, 3, 1, tzinfo=datetime.UTC)}


@pytest.mark.parametrize(
    "arguments",
    [["--source=Nowhere"], ["--type=Nothing"], ["--user=nobody"], ["--range=Nowhere"], ["--days=0"], ["--months=-1"]],
)
def test_unknown_names_are_refused(file, arguments):
    with pytest.raises(CommandError):
        import_gift_cards(file, *arguments)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="no file"):
        import_gift_cards(tmp_path / "nothing.csv")


def test_a_file_that_may_not_be_read_is_refused(file, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(CommandError, match="may not read"):
        import_gift_cards(file)


def test_cards_are_issued_by_number(bank):
    call_command("issue_gift_cards", "3", "25", "--source=Bank", "--type=Gift cards", "--end=2037-12-31")
    bank.refresh_from_db()
    assert bank.balance == D("-75.00")


@pytest.mark.parametrize(("count", "amount"), [("0", "5"), ("3", "abc"), ("3", "-5"), ("3", "1.005"), ("2000000", "5")])
def test_nonsense_is_not_issued(count, amount):
    with pytest.raises(CommandError):
        call_command("issue_gift_cards", "--source=Bank", "--type=Gift cards", "--", count, amount)


@pytest.mark.parametrize("text", ["--name", "--description"])
def test_texts_that_cannot_be_stored_are_refused_and_nothing_is_kept(file, text):
    for command in (lambda *given: import_gift_cards(file, *given), issue_two):
        with pytest.raises(CommandError, match="at most"):
            command(f"{text}={'x' * 2_001}")

    assert not GiftCardBatch.objects.exists()


def test_an_error_of_a_whole_row_names_no_column(tmp_path, capsys):
    path = tmp_path / "late.csv"
    path.write_text("code,amount\nALPHA-BRAVO-77,5\n")
    with pytest.raises(CommandError, match="1 errors"):
        import_gift_cards(path, "--start=2099-01-02", "--end=2099-01-01")
    assert "Row 2: The card would end before it starts." in capsys.readouterr().err


def issue_two(*arguments):
    call_command("issue_gift_cards", "2", "5", "--source=Bank", "--type=Gift cards", *arguments)


def test_at_a_terminal_the_command_asks_and_goes_on(tmp_path, monkeypatch):
    path = tmp_path / "open.csv"
    path.write_text("Code,Balance,Expires\nUS71-KQ22-LL01,50.00,01/02/2038\n")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("django.core.management.base.OutputWrapper.isatty", lambda self: True)
    said = iter(["perhaps", "mdy"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(said))

    import_gift_cards(path)

    assert Account.objects.get(code="US71KQ22LL01").end_date.date() == datetime.date(2038, 1, 3)

"""Guessable codes: refused where the site gives codes, a recorded decision where they come in a file."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.core.management import CommandError, call_command

from accounts_ledger import facade
from accounts_ledger.exceptions import GuessableCode
from accounts_ledger.imports import run
from accounts_ledger.models import Account, GiftCardBatch
from tests.accounts_ledger.imports.test_pages import staff, url  # noqa: F401  (a fixture)
from tests.confirming import confirm, shown

pytestmark = pytest.mark.usefixtures("books", "bank")

EIGHT = "code,amount\n60501101,25\n60501102,12.50\nALPHA-BRAVO-77,5\n"
NINE = "code,amount\n605011010,25.00\n605011020,12.50\n605011030,100.00\n"


@pytest.mark.parametrize("code", ["60501101", "6050-1101", "1234", "AAAAAAAAAAAAAAAA", "ABC12"])
def test_no_card_is_issued_with_one(bank, code):
    with pytest.raises(GuessableCode, match="guessed"):
        facade.issue(bank, D("5.00"), code=code)
    with pytest.raises(GuessableCode, match="guessed"), facade.issuing(bank) as issue:
        issue.add([facade.NewAccount(code, D("5.00"))])


def test_a_card_that_was_issued_with_one_before_is_still_the_answer_to_the_same_request(bank):
    with facade.issuing(bank, allow_guessable_codes=True) as issue:
        issue.add([facade.NewAccount("60501101", D("5.00"))])

    assert Account.objects.get(code="6050 1101").balance == D("5.00")


def test_those_of_a_file_are_counted_and_loaded_once_somebody_decides_it(checked, clerk):
    batch = checked(EIGHT)
    assert (batch.guessable_codes, batch.problems_found, batch.cards) == (2, 0, 3)

    with pytest.raises(GuessableCode, match="2 codes of this batch"):
        run.start_load(batch, clerk, inline=True)
    batch.refresh_from_db()
    assert (batch.state, Account.objects.filter(batch=batch).count()) == (batch.State.CHECKED, 0)

    run.start_load(batch, clerk, inline=True, guessable_codes=True)
    assert batch.state == batch.State.LOADED
    assert Account.objects.get(code="60501101").balance == D("25.00")
    decision = batch.events.get(what__icontains="guessed")
    assert (decision.username, decision.details) == ("clerk", {"cards": 2})


def test_the_page_asks_for_that_decision(staff, checked):  # noqa: F811
    batch, client = checked(EIGHT), staff("import_account", "can_confirm_import")
    page = client.get(url("confirm", batch.pk))
    assert "Load 2 guessable codes" in page.content.decode()

    assert client.post(url("confirm", batch.pk), shown(page)).status_code == 422
    batch.refresh_from_db()
    assert batch.state == batch.State.CHECKED

    confirm(client, url("confirm", batch.pk), {"guessable": "on"})
    batch.refresh_from_db()
    assert batch.state == batch.State.LOADED
    assert "guessed" in client.get(url("change", batch.pk)).content.decode()


def test_the_command_asks_for_it_too(tmp_path, capsys):
    path = tmp_path / "cards.csv"
    path.write_text(EIGHT)
    command = ["import_gift_cards", str(path), "--source=Bank", "--type=Gift cards"]

    with pytest.raises(CommandError, match=r"2 of the codes can be guessed.*--guessable-codes"):
        call_command(*command)
    assert not Account.objects.exclude(batch=None).exists()

    call_command(*command, "--guessable-codes", "--again")
    assert Account.objects.exclude(batch=None).count() == 3
    assert GiftCardBatch.objects.latest("pk").events.filter(what__icontains="guessed").exists()


def test_new_codes_need_no_decision(loaded):
    batch = loaded(EIGHT, generate_codes=True)
    assert batch.guessable_codes == 0
    assert not Account.objects.filter(code="60501101").exists()


def test_nine_figures_are_loaded_as_they_are(loaded):
    batch = loaded(NINE)
    assert dict(batch.accounts.values_list("code", "balance")) == {
        "605011010": D("25.00"),
        "605011020": D("12.50"),
        "605011030": D("100.00"),
    }


def test_a_batch_that_was_checked_before_such_codes_were_counted_is_not_loaded_unseen(checked, clerk):
    batch = checked(EIGHT)
    del batch.totals["guessable_codes"]
    batch.save()

    run.start_load(batch, clerk, inline=True)

    assert batch.state == batch.State.FAILED
    assert "guessed" in batch.message

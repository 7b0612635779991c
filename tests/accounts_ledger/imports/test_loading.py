"""Loading: all or nothing, once only, never over a balance."""

import datetime
from decimal import Decimal as D

import pytest

from accounts_ledger import codes, facade, history
from accounts_ledger.imports import cards, export, issue, load, reverse, run, stop
from accounts_ledger.imports.errors import BatchNotReady
from accounts_ledger.imports.job import Job
from accounts_ledger.models import Account, GiftCardBatch, Transfer
from accounts_ledger.verification import verify_ledger
from tests.accounts_ledger.imports.conftest import problems

pytestmark = pytest.mark.usefixtures("books")
State = GiftCardBatch.State

TWO = "code,amount\nALPHA-BRAVO-77,10.00\nCHARLIE-DELTA-99,20.50\n"


def test_a_loaded_batch_has_its_cards_and_the_source_paid_for_them(loaded, bank):
    batch = loaded(TWO)

    bank.refresh_from_db()
    assert bank.balance == D("-30.50")
    assert dict(batch.accounts.values_list("code", "balance")) == {
        "ALPHABRAVO77": D("10.00"),
        "CHARLIEDELTA99": D("20.50"),
    }


def test_the_source_pays_for_a_batch_with_one_transfer(loaded, bank):
    batch = loaded(TWO)

    (funding,) = Transfer.objects.filter(source=bank)
    assert (funding.amount, funding.merchant_reference) == (D("30.50"), batch.reference)


def test_the_account_through_which_the_value_went_is_empty_and_no_source_of_money(loaded):
    batch = loaded(TWO)

    pool = Account.objects.get(name=batch.reference)
    assert (pool.balance, pool.credit_limit) == (0, 0)


def test_loads_carry_kind_user_and_the_reference_of_the_batch(loaded, django_user_model):
    clerk = django_user_model.objects.create_user("clerk")
    batch = loaded(TWO, confirmed_by=clerk)

    loads = Transfer.objects.filter(destination__batch=batch)
    assert set(loads.values_list("kind", "username", "merchant_reference")) == {("load", "clerk", batch.reference)}


def test_every_card_has_a_history_that_names_the_batch(loaded):
    batch = loaded(TWO)

    card = batch.accounts.first()
    (first,) = card.history.all()
    assert (first.history_type, batch.reference in first.history_change_reason) == ("+", True)


def test_the_verification_of_the_ledger_finds_nothing_after_a_load(loaded):
    loaded(TWO)

    assert verify_ledger().is_clean


def test_a_card_can_be_spent_at_once(loaded, redemptions):
    card = loaded(TWO).accounts.get(code="ALPHABRAVO77")

    facade.transfer(card, redemptions, D("4.00"))

    assert card.balance == D("6.00")


def test_rows_without_a_code_get_one_with_a_check_character(loaded):
    batch = loaded("amount\n5\n6\n")

    made = list(batch.accounts.values_list("code", flat=True))
    assert len(set(made)) == 2
    assert not any(codes.has_typo(code, {"GC"}) for code in made)
    assert all(code.startswith("GC") for code in made)


def test_a_batch_is_loaded_once_however_often_it_is_confirmed(loaded):
    batch = loaded(TWO)

    with pytest.raises(BatchNotReady):
        run.start_load(batch, None, inline=True)
    assert batch.accounts.count() == 2


def test_a_load_that_is_requested_twice_is_taken_up_once(checked):
    batch = checked(TWO)
    run.job.request(batch, State.LOADING, allowed=(State.CHECKED,))

    run.load_now(batch.pk)
    run.load_now(batch.pk)

    assert batch.accounts.count() == 2


def test_two_stale_pictures_of_a_batch_cannot_both_start_it(checked):
    batch = checked(TWO)
    same = GiftCardBatch.objects.get(pk=batch.pk)
    run.start_load(batch, None, inline=True)

    with pytest.raises(BatchNotReady):
        run.start_load(same, None, inline=True)


def test_importing_the_same_file_again_changes_no_balance(loaded, checked, redemptions):
    card = loaded(TWO).accounts.get(code="ALPHABRAVO77")
    facade.transfer(card, redemptions, D("4.00"))

    again = checked(TWO)

    assert again.problems_found == 2
    assert again.repeat_of is not None
    with pytest.raises(BatchNotReady):
        run.start_load(again, None, inline=True)
    card.refresh_from_db()
    assert card.balance == D("6.00")


def test_a_code_taken_since_the_check_stops_the_whole_batch(checked, bank):
    batch = checked(TWO)
    facade.issue(bank, D("1.00"), code="CHARLIEDELTA99")

    run.start_load(batch, None, inline=True)

    assert batch.state == State.FAILED
    assert "3" in batch.message
    assert batch.accounts.count() == 0


def test_a_frozen_source_stops_the_whole_batch(checked, bank):
    batch = checked(TWO)
    Account.objects.filter(pk=bank.pk).update(status=Account.FROZEN)

    run.start_load(batch, None, inline=True)

    assert batch.state == State.FAILED
    assert Account.objects.filter(batch=batch).count() == 0


def test_what_goes_wrong_at_the_last_moment_leaves_nothing(checked, monkeypatch):
    batch = checked(TWO)

    def fail(*args, **kwargs):
        raise RuntimeError("the machine is on fire")

    monkeypatch.setattr(history, "record_created", fail)
    run.start_load(batch, None, inline=True)

    assert (batch.state, Transfer.objects.count()) == (State.FAILED, 0)


def test_a_job_that_lost_its_batch_writes_nothing(checked):
    batch = checked(TWO)
    run.job.request(batch, State.LOADING, allowed=(State.CHECKED,))
    first = Job(batch, State.LOADING)
    GiftCardBatch.objects.filter(pk=batch.pk).update(run="another")

    from accounts_ledger.imports.errors import RunLost
    from accounts_ledger.imports.load import load

    with pytest.raises(RunLost):
        load(first)
    assert batch.accounts.count() == 0


def test_a_dead_job_can_be_started_again(checked):
    batch = checked(TWO)
    run.job.request(batch, State.LOADING, allowed=(State.CHECKED,))
    Job(batch, State.LOADING)
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    GiftCardBatch.objects.filter(pk=batch.pk).update(heartbeat=long_ago, date_started=long_ago)
    batch.refresh_from_db()

    assert batch.is_stale
    stop.restart(batch)

    assert (batch.state, batch.accounts.count()) == (State.LOADED, 2)


def test_a_live_job_is_not_started_again(checked):
    batch = checked(TWO)
    run.job.request(batch, State.LOADING, allowed=(State.CHECKED,))
    Job(batch, State.LOADING)

    with pytest.raises(BatchNotReady):
        stop.restart(batch)


def test_a_cancelled_job_loads_nothing(checked):
    batch = checked(TWO)
    run.job.request(batch, State.LOADING, allowed=(State.CHECKED,))
    running = Job(batch, State.LOADING)
    stop.cancel(batch)

    from accounts_ledger.imports.errors import Cancelled
    from accounts_ledger.imports.load import load

    with pytest.raises(Cancelled):
        load(running)
    assert batch.accounts.count() == 0


def test_a_checked_batch_that_is_cancelled_cannot_be_loaded(checked):
    batch = checked(TWO)

    stop.cancel(batch)

    with pytest.raises(BatchNotReady):
        run.start_load(batch, None, inline=True)


def test_a_loaded_batch_cannot_be_cancelled(loaded):
    with pytest.raises(BatchNotReady):
        stop.cancel(loaded(TWO))


def test_disabled_cards_arrive_frozen_with_their_value(loaded):
    batch = loaded("code,balance,status\nALPHA-BRAVO-77,10.00,disabled\n")

    card = batch.accounts.get()
    assert (card.status, card.balance) == (Account.FROZEN, D("10.00"))


def test_cards_are_issued_without_a_file(bank, gift_cards):
    batch = issue.draft(3, D("25.00"), source=bank, account_type=gift_cards, name="Raffle")

    run.start_load(batch, None, inline=True)

    assert [card.balance for card in batch.accounts.all()] == [D("25.00")] * 3


def test_reversing_a_batch_takes_back_what_was_never_used_and_says_what_was(loaded, bank, redemptions):
    batch = loaded(TWO)
    used = batch.accounts.get(code="ALPHABRAVO77")
    facade.transfer(used, redemptions, D("4.00"))

    report = reverse.reverse(batch)

    assert (report.reversed, report.value, report.spent, report.failed) == (1, D("20.50"), 1, 0)
    bank.refresh_from_db()
    used.refresh_from_db()
    assert (bank.balance, used.balance) == (D("-10.00"), D("6.00"))
    assert batch.accounts.get(code="CHARLIEDELTA99").is_closed()


def test_reversing_a_batch_twice_takes_nothing_twice(loaded, bank):
    batch = loaded(TWO)
    reverse.reverse(batch)

    assert reverse.reverse(batch).reversed == 0
    bank.refresh_from_db()
    assert bank.balance == 0


def test_a_whole_batch_is_frozen_thawed_and_extended(loaded):
    batch = loaded("code,amount,end\nALPHA-BRAVO-77,10,2027-01-31\nCHARLIE-DELTA-99,20,\n")

    assert cards.freeze(batch) == 2
    assert set(batch.accounts.values_list("status", flat=True)) == {Account.FROZEN}
    assert cards.thaw(batch) == 2
    assert cards.extend(batch, datetime.date(2027, 12, 31)) == 1
    assert batch.accounts.get(code="ALPHABRAVO77").end_date == datetime.datetime(2028, 1, 1, tzinfo=datetime.UTC)


def test_a_code_that_another_batch_loaded_since_the_check_is_named_with_row_and_batch(checked):
    first, second = checked(TWO), checked("code,amount\nECHO-FOXTROT-55,1\nCHARLIE-DELTA-99,5\n")
    run.start_load(first, None, inline=True)

    run.start_load(second, None, inline=True)

    assert second.state == State.FAILED
    assert f"row 3 (batch {first.reference})" in second.message


def test_a_code_that_a_loaded_batch_has_is_an_error_that_names_the_batch(loaded, checked):
    first = loaded(TWO)

    again = checked("code,amount\nALPHA-BRAVO-77,5\n")

    assert first.reference in problems(again)[0][2]


def test_a_code_lost_to_a_load_at_the_same_moment_is_named_with_its_row(checked, monkeypatch):
    first, second = checked(TWO), checked("code,amount\nECHO-FOXTROT-55,1\nCHARLIE-DELTA-99,5\n")
    run.start_load(first, None, inline=True)
    # The other load was not there to be seen when ours looked.
    seen = iter([{}])
    look = load.codes_in_use
    monkeypatch.setattr(load, "codes_in_use", lambda codes: next(seen, None) or look(codes))

    run.start_load(second, None, inline=True)

    assert second.state == State.FAILED
    assert f"row 3 (batch {first.reference})" in second.message


def test_the_codes_of_a_batch_are_each_listed_once_whatever_their_cards_did(loaded, redemptions):
    batch = loaded(TWO)
    card = batch.accounts.get(code="ALPHABRAVO77")
    facade.transfer(card, redemptions, D("4.00"))
    facade.transfer(card, redemptions, D("6.00"))

    rows = [row[:2] for row in export.code_rows(batch)]

    assert rows[1:] == [["ALPH-ABRA-VO77", D("10.00")], ["CHAR-LIED-ELTA-99", D("20.50")]]

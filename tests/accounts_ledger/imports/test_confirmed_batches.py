"""What is confirmed of a batch is what happens: whatever changes while a confirmation is open voids it."""

import datetime
from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts_ledger import facade
from accounts_ledger.imports import limits, reverse, run, stop, tasks
from accounts_ledger.models import Account, GiftCardBatch
from tests.accounts_ledger.imports.test_loading import TWO
from tests.accounts_ledger.imports.test_pages import url
from tests.confirming import hidden_fields, shown

pytestmark = pytest.mark.usefixtures("books")
ENDING = "code,amount,end\nALPHA-BRAVO-77,10,2027-01-31\nCHARLIE-DELTA-99,20,\n"


@pytest.fixture
def client(django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("manager", "manager@example.com"))
    return client


def read_again(batch, **reading):
    run.start_check(batch, options={**batch.options, "reading": {**batch.options["reading"], **reading}}, inline=True)


def state_of(batch):
    return GiftCardBatch.objects.get(pk=batch.pk).state


def test_a_batch_that_was_read_again_meanwhile_is_not_loaded(client, checked):
    batch = checked("code,amount\nALPHA-BRAVO-77,1000\n", reading={"cents": True})
    page = client.get(url("confirm", batch.pk))
    read_again(batch, cents=False)

    answer = client.post(url("confirm", batch.pk), shown(page))

    assert answer.status_code == 422
    assert "Value (£10.00 → £1,000.00)" in answer.content.decode()
    assert state_of(batch) == "checked"


def test_the_page_that_says_what_changed_can_be_confirmed(client, checked):
    batch = checked("code,amount\nALPHA-BRAVO-77,1000\n", reading={"cents": True})
    page = client.get(url("confirm", batch.pk))
    read_again(batch, cents=False)
    changed = client.post(url("confirm", batch.pk), shown(page))

    client.post(url("confirm", batch.pk), shown(changed))

    assert Account.objects.get(batch=batch).balance == D("1000.00")


def test_a_batch_that_was_read_again_in_the_same_way_is_confirmed_anew(client, checked):
    batch = checked(TWO)
    page = client.get(url("confirm", batch.pk))
    read_again(batch)

    assert client.post(url("confirm", batch.pk), shown(page)).status_code == 422
    assert state_of(batch) == "checked"


def test_nothing_is_loaded_without_what_was_shown(client, checked):
    batch = checked(TWO)

    for sent in ({}, {"shown": ""}, {"shown": "forged"}, {"shown": "x" * 100_000}):
        assert client.post(url("confirm", batch.pk), sent).status_code == 422

    assert state_of(batch) == "checked"


def test_what_was_shown_of_another_batch_or_to_another_person_is_good_for_nothing(client, checked, django_user_model):
    batch, twin = checked(TWO), checked(TWO)
    of_the_twin = shown(client.get(url("confirm", twin.pk)))
    colleague = Client()
    colleague.force_login(django_user_model.objects.create_superuser("colleague"))
    of_the_colleague = shown(colleague.get(url("confirm", batch.pk)))

    for sent in (of_the_twin, of_the_colleague):
        assert client.post(url("confirm", batch.pk), {**sent, "repeat": "on"}).status_code == 422

    assert state_of(batch) == "checked"


def test_a_batch_that_was_cancelled_meanwhile_is_not_loaded(client, checked):
    batch = checked(TWO)
    page = client.get(url("confirm", batch.pk))
    stop.cancel(batch)

    answer = client.post(url("confirm", batch.pk), shown(page), follow=True)

    assert "nothing was started" in answer.content.decode()
    assert state_of(batch) == "cancelled"


def test_a_batch_whose_source_was_frozen_meanwhile_is_confirmed_anew(client, checked, merchant_funded):
    batch = checked(TWO, source=merchant_funded)
    page = client.get(url("confirm", batch.pk))
    Account.objects.filter(pk=merchant_funded.pk).update(status=Account.FROZEN)

    assert "Funded by" in client.post(url("confirm", batch.pk), shown(page)).content.decode()
    assert state_of(batch) == "checked"


def test_what_others_spend_from_the_source_keeps_no_batch_from_being_loaded(client, checked, bank):
    batch = checked(TWO)
    page = client.get(url("confirm", batch.pk))
    facade.issue(bank, D("5.00"))

    client.post(url("confirm", batch.pk), shown(page))

    assert state_of(batch) == "loaded"


def test_a_reversal_takes_back_what_its_page_showed_or_nothing(client, loaded, redemptions):
    batch = loaded(TWO)
    page = client.get(url("reverse", batch.pk))
    assert "£30.50" in page.content.decode()
    facade.transfer(batch.accounts.get(code="ALPHABRAVO77"), redemptions, D("1.00"))

    answer = client.post(url("reverse", batch.pk), shown(page))

    assert "Value to return (£30.50 → £20.50)" in answer.content.decode()
    assert not batch.accounts.filter(status=Account.CLOSED).exists()
    client.post(url("reverse", batch.pk), shown(answer))
    assert batch.accounts.filter(status=Account.CLOSED).count() == 1


def test_a_reversal_in_the_background_is_what_was_confirmed_or_nothing(client, loaded, redemptions, monkeypatch):
    monkeypatch.setattr(limits, "REVERSED_INLINE", 0)
    batch = loaded(TWO)
    asked, run_job = [], tasks.reverse_batch.func
    monkeypatch.setattr(tasks, "reverse_batch", SimpleNamespace(enqueue=lambda *given: asked.append(given)))
    client.post(url("reverse", batch.pk), shown(client.get(url("reverse", batch.pk))))
    facade.transfer(batch.accounts.get(code="ALPHABRAVO77"), redemptions, D("1.00"))

    run_job(*asked[0])

    assert not batch.accounts.filter(status=Account.CLOSED).exists()
    assert batch.events.filter(what="Not reversed").exists()
    run_job(*asked[0][:2], reverse.fingerprint(reverse.plan(batch)))
    assert batch.accounts.filter(status=Account.CLOSED).count() == 1


@pytest.mark.parametrize(("act", "sent"), [("freeze", {}), ("extend", {"end": "2027-12-31"})])
def test_cards_that_changed_meanwhile_are_neither_frozen_nor_extended(client, loaded, act, sent):
    batch = loaded(ENDING)
    page = client.get(url(act, batch.pk))
    before = list(batch.accounts.order_by("pk").values_list("status", "end_date"))
    facade.freeze(batch.accounts.first())
    facade.thaw(batch.accounts.first())
    facade.extend(batch.accounts.first(), datetime.date(2027, 2, 28))

    answer = client.post(url(act, batch.pk), {**sent, **shown(page)})

    assert answer.status_code == 422
    assert list(batch.accounts.order_by("pk").values_list("status", flat=True)) == [status for status, _end in before]


def test_codes_are_downloaded_of_the_batch_that_was_shown(client, loaded):
    batch = loaded(TWO)
    page = client.get(url("codes", batch.pk))
    facade.freeze(batch.accounts.first())

    answer = client.post(url("codes", batch.pk), {"format": "csv", **shown(page)})

    assert answer.status_code == 422
    assert not batch.events.filter(what="Codes downloaded").exists()


@pytest.mark.parametrize("act", ["cancel", "freeze", "thaw", "extend", "reverse", "codes", "confirm"])
def test_every_page_of_a_batch_carries_what_it_shows(client, checked, loaded, act):
    batch = checked(TWO) if act in ("cancel", "confirm") else loaded(TWO)
    assert hidden_fields(client.get(url(act, batch.pk)))["shown"]

"""A form that was confirmed acts once: sent again, it does not undo what a colleague has done about it since."""

from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts_ledger import chart, facade
from accounts_ledger.imports import cards, run
from accounts_ledger.imports.upload import upload
from accounts_ledger.models import Account
from tests.accounts_ledger.conftest import everything_written
from tests.confirming import hidden_fields

pytestmark = pytest.mark.usefixtures("books")

LIST = reverse("admin:accounts_ledger_account_changelist")


@pytest.fixture
def card(bank):
    return Account.objects.get(pk=facade.issue(bank, D("50.00")).pk)


@pytest.fixture
def batch(bank, django_user_model):
    batch = upload(
        [b"code,amount\nREPLAY-AB-77,5.00\n"], file_name="a.csv", source=bank,
        account_type=chart.deferred_income_types().first(), user=django_user_model.objects.create_user("uploader"),
    )  # fmt: skip
    run.start_check(batch, inline=True)
    run.start_load(batch, None, inline=True)
    batch.refresh_from_db()
    return batch


def status_of(account):
    return Account.objects.get(pk=account.pk).status


def confirmed(client, address, page, **data):
    """Return the form of *page*, filled in, and send it."""
    sent = {**hidden_fields(page), "reason": "Lost", **data}
    client.post(address, sent)
    return sent


def test_an_account_that_was_thawed_since_is_not_frozen_again(boss_client, card):
    address = reverse("admin:accounts_ledger_account_freeze", args=[card.pk])
    sent = confirmed(boss_client, address, boss_client.get(address))
    assert status_of(card) == Account.FROZEN
    facade.thaw(card, None, "Found")

    answer = boss_client.post(address, sent)

    assert status_of(card) == Account.OPEN
    assert "has changed since you saw it" in answer.content.decode()


def test_selected_accounts_that_were_thawed_since_are_not_frozen_again(boss_client, card):
    ticked = {"action": "freeze_selected", "_selected_action": [card.pk]}
    sent = confirmed(boss_client, LIST, boss_client.post(LIST, ticked), **ticked)
    assert status_of(card) == Account.FROZEN
    facade.thaw(card, None, "Found")

    answer = boss_client.post(LIST, sent)

    assert status_of(card) == Account.OPEN
    assert "has changed since you saw it" in answer.content.decode()


def test_cards_of_a_batch_that_were_thawed_since_are_not_frozen_again(boss_client, batch):
    address = reverse("admin:accounts_ledger_giftcardbatch_freeze", args=[batch.pk])
    sent = confirmed(boss_client, address, boss_client.get(address))
    assert status_of(batch.accounts.get()) == Account.FROZEN
    cards.thaw(batch)

    boss_client.post(address, sent)

    assert status_of(batch.accounts.get()) == Account.OPEN


def test_a_second_click_does_nothing_more(boss_client, card):
    address = reverse("admin:accounts_ledger_account_freeze", args=[card.pk])
    sent = confirmed(boss_client, address, boss_client.get(address))
    before = everything_written()

    boss_client.post(address, sent)

    assert everything_written() == before

"""What the worker does for a batch, and how whoever waits for it hears of it."""

from decimal import Decimal as D

import pytest
from django.core.mail import get_connection

from accounts_ledger.imports import limits, run
from accounts_ledger.models import GiftCardBatch, Transfer
from tests.accounts_ledger.imports.test_loading import TWO
from tests.accounts_ledger.imports.test_pages import url
from tests.confirming import confirm

pytestmark = pytest.mark.usefixtures("books")
State = GiftCardBatch.State


@pytest.fixture(autouse=True)
def worker(settings, monkeypatch):
    """Leave every batch, however small, to the worker, and have it work at once."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    for limit in ("INLINE_BYTES", "INLINE_ROWS", "REVERSED_INLINE"):
        monkeypatch.setattr(limits, limit, 0)


@pytest.fixture
def penny(django_user_model):
    return django_user_model.objects.create_superuser("penny", "penny@example.com")


@pytest.fixture
def ready(uploaded, penny, mailoutbox):
    """A batch of two cards that Penny had checked; she has read the mail."""
    batch = uploaded(TWO, user=penny)
    run.start_check(batch)
    mailoutbox.clear()
    return batch


def test_who_had_a_list_checked_hears_what_is_in_it(uploaded, penny, mailoutbox):
    batch = uploaded(TWO, user=penny)

    run.start_check(batch)

    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["penny@example.com"], f"{batch}: checked")
    assert "2 cards, £30.50 in all." in mail.body


@pytest.mark.parametrize(
    ("amounts", "said"),
    [(["5", "none"], "1 error:"), (["5", "none", "neither"], "2 errors:"), (["5"], "1 card, £5.00")],
)
def test_the_mail_counts_as_people_do(amounts, said, uploaded, penny, mailoutbox):
    run.start_check(uploaded("amount\n" + "\n".join(amounts) + "\n", user=penny))

    assert said in mailoutbox[0].body


def test_who_confirmed_a_load_hears_that_it_is_done(ready, django_user_model, mailoutbox):
    run.start_load(ready, django_user_model.objects.create_user("manager", "manager@example.com"))

    (mail,) = mailoutbox
    assert (ready.state, mail.to, mail.subject) == (State.LOADED, ["manager@example.com"], f"{ready}: loaded")


def test_who_has_no_address_gets_no_mail(ready, django_user_model, mailoutbox):
    run.start_load(ready, django_user_model.objects.create_user("manager"))

    assert (ready.state, mailoutbox) == (State.LOADED, [])


def test_a_mail_that_cannot_be_sent_undoes_nothing(ready, django_user_model, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert get_connection().port == 1

    run.start_load(ready, django_user_model.objects.create_user("manager", "manager@example.com"))

    assert ready.state == State.LOADED
    assert f"No mail could be sent about batch {ready.reference}" in caplog.text


def test_a_batch_is_reversed_in_the_name_of_who_asked_for_it(ready, penny, client, bank):
    run.start_load(ready, None)
    client.force_login(penny)

    answer = confirm(client, url("reverse", ready.pk), follow=True)

    assert "The cards are being reversed in the background" in answer.content.decode()
    assert set(Transfer.objects.filter(kind="reversal").values_list("username", "amount")) == {
        ("penny", D("10.00")),
        ("penny", D("20.50")),
    }
    bank.refresh_from_db()
    assert bank.balance == 0

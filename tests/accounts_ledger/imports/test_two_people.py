"""Two people for a batch: who prepared it neither loads it, nor takes its codes, nor has it read by others."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client

from accounts_ledger.exceptions import SecondPersonNeeded
from accounts_ledger.imports import export, issue, run, stop
from accounts_ledger.models import Account, GiftCardBatch
from tests.accounts_ledger.imports.test_loading import TWO
from tests.accounts_ledger.imports.test_pages import choices_on, url
from tests.confirming import confirm

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def boss(django_user_model):
    return django_user_model.objects.create_superuser("boss", "boss@example.com", first_name="Ada", last_name="Byron")


@pytest.fixture
def other(django_user_model):
    return django_user_model.objects.create_superuser("other", "other@example.com", first_name="Mina")


def at(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_uploader_cannot_load_the_batch_even_as_a_superuser(checked, boss, other):
    batch = checked(TWO, user=boss)

    with pytest.raises(SecondPersonNeeded, match="somebody else has to load it"):
        run.start_load(batch, boss, inline=True)

    assert Account.objects.filter(batch=batch).count() == 0


def test_cards_without_a_file_need_a_second_person_too(bank, gift_cards, boss):
    batch = issue.draft(2, 5, source=bank, account_type=gift_cards, user=boss)

    with pytest.raises(SecondPersonNeeded):
        run.start_load(batch, boss, inline=True)


def test_the_message_says_who_may(checked, boss, other):
    batch = checked(TWO, user=boss)

    page = at(boss).get(url("confirm", batch.pk), follow=True).content.decode()

    assert "These people can: Mina." in page
    assert "Load these cards" not in page


def test_somebody_who_is_alone_is_told_that_a_second_person_needs_the_permission(checked, boss):
    batch = checked(TWO, user=boss)

    page = at(boss).get(url("change", batch.pk)).content.decode()

    assert "Nobody else has the permission for it yet" in page


def test_people_who_cannot_log_in_to_the_back_office_are_not_named(checked, boss, django_user_model):
    customer = django_user_model.objects.create_user("customer")
    customer.user_permissions.set(Permission.objects.filter(codename="can_confirm_import"))
    gone = django_user_model.objects.create_superuser("gone")
    gone.is_active = False
    gone.save()

    with pytest.raises(SecondPersonNeeded, match="Nobody else"):
        run.start_load(checked(TWO, user=boss), boss)


def test_a_second_person_loads_the_batch(checked, boss, other):
    batch = checked(TWO, user=boss)

    confirm(at(other), url("confirm", batch.pk))

    batch.refresh_from_db()
    assert (batch.state, batch.username, batch.confirmed_username) == ("loaded", "boss", "other")


def test_the_uploader_who_posts_the_form_of_others_loads_nothing(checked, boss, other):
    batch = checked(TWO, user=boss)

    at(boss).post(url("confirm", batch.pk), {"shown": "whatever"})

    batch.refresh_from_db()
    assert batch.state == "checked"


def test_the_uploader_cannot_download_the_codes(loaded, boss, other):
    batch = loaded(TWO, user=boss)

    page = at(boss).get(url("codes", batch.pk), follow=True)

    assert "somebody else has to download its codes" in page.content.decode()
    with pytest.raises(SecondPersonNeeded):
        export.take_codes(batch, boss)
    assert not batch.events.filter(what="Codes downloaded").exists()


def test_a_second_person_downloads_the_codes_and_that_is_recorded(loaded, boss, other):
    batch = loaded(TWO, user=boss)

    rows = list(export.take_codes(batch, other))

    assert len(rows) == 3
    assert batch.events.filter(what="Codes downloaded", username="other").exists()


def test_only_the_uploader_has_a_batch_read_differently(checked, boss, other):
    batch = checked(TWO, user=boss)
    client = at(other)

    answer = client.post(url("reading", batch.pk), choices_on(client.get(url("reading", batch.pk))), follow=True)

    assert "nobody else can change how it is read" in answer.content.decode()
    before = batch.date_checked
    batch.refresh_from_db()
    assert batch.date_checked == before


def test_a_batch_whose_uploader_is_gone_is_read_by_nobody(checked, boss, other):
    batch = checked(TWO, user=other)
    other.delete()
    batch.refresh_from_db()

    with pytest.raises(SecondPersonNeeded, match="other uploaded this batch"):
        run.start_check(batch, options=batch.options, user=boss)


def test_a_load_that_is_taken_up_again_stays_with_who_confirmed_it(checked, boss, other):
    batch = checked(TWO, user=boss)
    run.job.request(batch, "loading", allowed=("checked",), confirmed_by=other, confirmed_username="other")
    GiftCardBatch.objects.filter(pk=batch.pk).update(date_started="2020-01-01T00:00Z")
    batch.refresh_from_db()

    stop.restart(batch, boss)

    assert (batch.state, batch.confirmed_by) == ("loaded", other)
    assert batch.events.filter(what="Started again", username="boss").exists()


def test_the_command_names_two_people_or_none(tmp_path, bank, boss, other):
    file = tmp_path / "cards.csv"
    file.write_text(TWO)
    given = ["import_gift_cards", str(file), "--source", "Bank", "--type", "Gift cards", "--user", "boss"]

    with pytest.raises(CommandError, match="name two people, or none"):
        call_command(*given, "--confirmed-by", "boss", stdout=io.StringIO())
    assert not GiftCardBatch.objects.exists()

    call_command(*given, "--confirmed-by", "other", stdout=io.StringIO())

    batch = GiftCardBatch.objects.get()
    assert (batch.state, batch.username, batch.confirmed_username) == ("loaded", "boss", "other")
    assert batch.events.filter(what__startswith="Confirmed on the command line (").exists()


def test_the_command_that_issues_cards_names_two_people_or_none(bank, boss):
    with pytest.raises(CommandError, match="name two people, or none"):
        call_command(
            "issue_gift_cards", "2", "5", "--source", "Bank", "--type", "Gift cards",
            "--user", "boss", "--confirmed-by", "boss",
        )  # fmt: skip
    assert not GiftCardBatch.objects.exists()

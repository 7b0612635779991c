"""The pages of a bulk load: who may do what, and what a person sees from the upload to the last card."""

import datetime
import io
import re

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts_ledger import facade
from accounts_ledger.imports import limits
from accounts_ledger.models import Account, GiftCardBatch
from tests.accounts_ledger.imports.test_loading import TWO
from tests.confirming import confirm, shown

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def staff(django_user_model):
    """Log in as a member of staff with the given permissions and return the client."""

    def log_in(*codenames, name="staff"):
        user = django_user_model.objects.create_user(name, f"{name}@example.com", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        client.user = user
        return client

    return log_in


def url(name, *args):
    return reverse(f"admin:accounts_ledger_giftcardbatch_{name}", args=args)


def upload_url():
    return url("changelist") + "upload/"


def post_file(client, contents, bank, gift_cards, name="cards.csv"):
    data = {"file": SimpleUploadedFile(name, contents), "source": bank.pk, "account_type": gift_cards.pk}
    return client.post(upload_url(), data)


def choices_on(page):
    """The fields of the mapping step as the page offers them."""
    form = page.context["form"]
    return {field.name: value for field in form if (value := field.value()) not in (None, False)}


def test_a_file_goes_from_upload_to_loaded(staff, bank, gift_cards):
    client, manager = staff("import_account"), staff("can_confirm_import", name="manager")
    mapping = post_file(client, TWO.encode(), bank, gift_cards)
    batch = GiftCardBatch.objects.get()
    assert mapping.url == url("reading", batch.pk)

    client.post(mapping.url, choices_on(client.get(mapping.url)))
    page = client.get(url("change", batch.pk)).content.decode()
    assert "£30.50" in page
    assert Account.objects.filter(batch=batch).count() == 0

    confirm(manager, url("confirm", batch.pk))
    batch.refresh_from_db()
    assert (batch.state, batch.accounts.count()) == ("loaded", 2)


def test_codes_are_not_on_the_page_of_a_batch(staff, loaded):
    batch = loaded(TWO)
    page = staff("import_account").get(url("change", batch.pk)).content.decode()
    assert "ALPHABRAVO77" not in page


def test_errors_are_shown_by_row_and_column(staff, checked):
    batch = checked("code,amount\nALPHA-BRAVO-77,-5\n")
    page = staff("import_account").get(url("change", batch.pk)).content.decode()
    assert "An amount must be more than zero." in page
    assert "Load these cards" not in page


def test_errors_are_downloaded_beside_their_rows_with_the_codes_masked(staff, checked):
    client = staff("import_account")
    batch = checked("code,amount\nALPHA-BRAVO-77,-5\n", user=client.user)
    answer = client.get(url("problems", batch.pk))
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[1].startswith("2,amount,'-5,")
    assert lines[1].endswith("••••O77,'-5")


@pytest.mark.parametrize("page", ["confirm", "reverse", "freeze", "thaw", "extend", "codes", "restart"])
def test_drafting_is_not_enough_for_anything_else(staff, loaded, page):
    batch = loaded(TWO)
    client = staff("import_account")
    assert client.get(url(page, batch.pk)).status_code == 403
    assert client.post(url(page, batch.pk)).status_code == 403


@pytest.mark.parametrize("page", ["confirm", "reading", "reverse", "freeze", "codes", "change", "problems", "progress"])
def test_staff_without_permissions_see_nothing(staff, checked, page):
    batch = checked(TWO)
    assert staff().get(url(page, batch.pk)).status_code in (403, 302)


def test_staff_who_may_only_confirm_cannot_upload(staff, bank, gift_cards):
    client = staff("can_confirm_import")
    assert client.get(upload_url()).status_code == 403
    assert post_file(client, TWO.encode(), bank, gift_cards).status_code == 403


def test_nothing_is_loaded_by_looking(staff, checked):
    batch = checked(TWO)
    staff("import_account", "can_confirm_import").get(url("confirm", batch.pk))
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_the_same_file_needs_a_second_confirmation(staff, loaded, checked):
    first = loaded("amount\n5\n")
    batch = checked("amount\n5\n")
    client = staff("import_account", "can_confirm_import")

    page = client.get(url("confirm", batch.pk)).content.decode()
    assert str(first) in page
    assert client.post(url("confirm", batch.pk)).status_code == 422
    batch.refresh_from_db()
    assert batch.state == "checked"

    confirm(client, url("confirm", batch.pk), {"repeat": "on"})
    batch.refresh_from_db()
    assert batch.state == "loaded"


def test_a_double_click_loads_once(staff, checked):
    batch = checked(TWO)
    client = staff("import_account", "can_confirm_import")
    page = shown(client.get(url("confirm", batch.pk)))
    client.post(url("confirm", batch.pk), page)
    client.post(url("confirm", batch.pk), page)
    assert Account.objects.filter(batch=batch).count() == 2


@pytest.mark.parametrize(
    ("contents", "message"),
    [(b"", "empty"), (b"\x89PNG\r\n\x1a\n" + bytes(500), "text file"), (b"PK\x03\x04" + bytes(50), "damaged")],
)
def test_an_unreadable_file_is_refused_on_the_form(staff, bank, gift_cards, contents, message):
    answer = post_file(staff("import_account"), contents, bank, gift_cards)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert GiftCardBatch.objects.count() == 0


def test_a_file_that_is_too_large_is_refused_on_the_form(staff, bank, gift_cards, monkeypatch):
    monkeypatch.setattr(limits, "MAX_BYTES", 10)
    assert post_file(staff("import_account"), TWO.encode(), bank, gift_cards).status_code == 422


def test_a_type_outside_deferred_income_cannot_be_chosen(staff, bank):
    answer = post_file(staff("import_account"), TWO.encode(), bank, bank.account_type)
    assert answer.status_code == 422


def test_an_account_that_is_no_source_cannot_fund_a_batch(staff, redemptions, gift_cards):
    answer = post_file(staff("import_account"), TWO.encode(), redemptions, gift_cards)
    assert answer.status_code == 422


def test_two_columns_cannot_be_the_same(staff, uploaded):
    client = staff("import_account")
    batch = uploaded("a,b\n5,6\n", user=client.user)
    fields = {"date_order": "dmy", "decimal_sign": ".", "column_0": "balance", "column_1": "balance"}
    fields |= {f"treat_{key}": "skip" for key in ("disabled", "test", "cancelled", "expired", "empty")}
    assert client.post(url("reading", batch.pk), fields).status_code == 422


def test_the_codes_are_downloaded_with_a_permission_and_that_is_recorded(staff, loaded):
    batch = loaded(TWO)
    client = staff("import_account", "export_codes", "view_account_code")

    answer = confirm(client, url("codes", batch.pk), {"format": "csv"})

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[1].split(",")[:3] == ["ALPH-ABRA-VO77", "10.00", "GBP"]
    assert "no-store" in answer["Cache-Control"]
    assert batch.events.filter(what="Codes downloaded", username="staff").exists()


def test_the_codes_are_downloaded_as_a_spreadsheet_too(staff, loaded):
    batch = loaded("code,amount,end\nALPHA-BRAVO-77,10.00,2027-12-31\nCHARLIE-DELTA-99,20.50,\n")
    client = staff("import_account", "export_codes", "view_account_code")

    answer = confirm(client, url("codes", batch.pk), {"format": "xlsx"})

    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [[cell.value for cell in row[:4]] for row in sheet.iter_rows(min_row=2)] == [
        ["ALPH-ABRA-VO77", 10, "GBP", datetime.datetime(2027, 12, 31)],
        ["CHAR-LIED-ELTA-99", 20.5, "GBP", None],
    ]
    assert batch.events.filter(what="Codes downloaded", username="staff").exists()


@pytest.mark.parametrize(
    ("fields", "last"),
    [
        ({"days": "10"}, datetime.date(2027, 2, 10)),
        ({"months": "1"}, datetime.date(2027, 2, 28)),
        ({"months": "13"}, datetime.date(2028, 2, 29)),
        ({"end": "2027-03-05"}, datetime.date(2027, 3, 5)),
    ],
)
def test_cards_are_valid_through_a_day_or_for_days_or_months_from_today(staff, bank, gift_cards, fields, last):
    fields |= {"count": "1", "amount": "10", "source": bank.pk, "account_type": gift_cards.pk}
    with time_machine.travel("2027-01-31 12:00Z", tick=False):
        answer = staff("import_account").post(url("changelist") + "issue/", fields)

    assert answer.status_code == 302
    assert GiftCardBatch.objects.get().options["choices"]["end"] == last.isoformat()


def test_only_one_end_of_validity_can_be_given(staff, bank, gift_cards):
    fields = {"count": "1", "amount": "10", "source": bank.pk, "account_type": gift_cards.pk}
    answer = staff("import_account").post(url("changelist") + "issue/", fields | {"days": "3", "months": "4"})
    assert answer.status_code == 422


def test_the_progress_of_a_running_job_is_polled(staff, checked):
    batch = checked(TWO)
    GiftCardBatch.objects.filter(pk=batch.pk).update(state="loading", run="x", processed=1)
    page = staff("import_account").get(url("progress", batch.pk))
    assert re.search(r'aria-valuenow="50"', page.content.decode())


def test_once_a_job_is_done_the_page_is_told_to_reload(staff, checked):
    answer = staff("import_account").get(url("progress", checked(TWO).pk))
    assert answer["HX-Refresh"] == "true"


def test_a_batch_offers_to_thaw_once_something_is_frozen_and_to_freeze_while_something_is_open(staff, loaded):
    batch, client = loaded(TWO), staff("view_giftcardbatch", "can_freeze")

    def offered():
        acts = client.get(url("change", batch.pk)).context["acts"]
        return {address.split("/")[-2] for _title, address in acts}

    assert offered() == {"freeze"}

    answer = confirm(client, url("freeze", batch.pk), follow=True)

    assert "2 cards frozen." in answer.content.decode()
    assert offered() == {"thaw"}


def test_a_batch_is_reversed_and_says_which_cards_could_not_be(staff, loaded):
    batch, client = loaded(TWO), staff("view_giftcardbatch", "can_reverse_batch", "can_reverse")
    frozen = batch.accounts.get(code="ALPHABRAVO77")
    facade.freeze(frozen)

    page = confirm(client, url("reverse", batch.pk), follow=True).content.decode()

    assert "Cards reversed: 1, £20.50 in total. Used, so not reversed: 0. Failed: 1." in page
    assert f"{frozen} is frozen." in page


def test_cards_are_issued_without_a_file(staff, bank, gift_cards):
    client, manager = staff("import_account"), staff("can_confirm_import", name="manager")
    fields = {"count": "3", "amount": "10", "source": bank.pk, "account_type": gift_cards.pk}
    client.post(url("changelist") + "issue/", fields)
    batch = GiftCardBatch.objects.get()
    confirm(manager, url("confirm", batch.pk))
    assert batch.accounts.count() == 3


def test_a_sample_file_can_be_downloaded_and_imported(staff, loaded):
    sample = staff("import_account").get(url("sample")).content
    assert loaded(sample).cards == 3


def test_large_files_are_left_to_the_worker(staff, uploaded, settings, monkeypatch):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    monkeypatch.setattr(limits, "INLINE_BYTES", 1)
    client = staff("import_account")
    batch = uploaded(TWO, user=client.user)
    page = url("reading", batch.pk)

    client.post(page, choices_on(client.get(page)))

    batch.refresh_from_db()
    assert (batch.state, batch.run) == ("checking", "")
    assert "Waiting for a worker" in client.get(url("change", batch.pk)).content.decode()


def test_what_a_file_leaves_open_is_asked_on_the_page_and_nothing_is_checked_before(staff, bank, gift_cards):
    client = staff("import_account")
    open_file = b"Code,Balance,Expires\nUS71-KQ22-LL01,50.00,01/02/2038\n"
    mapping = post_file(client, open_file, bank, gift_cards).url
    page = client.get(mapping)
    assert "What comes first, the day or the month?" in page.content.decode()

    unanswered = client.post(mapping, choices_on(page))

    assert unanswered.status_code == 422
    assert GiftCardBatch.objects.get().state == "uploaded"


def test_an_answer_given_on_the_page_is_kept_with_the_batch_and_shown(staff, bank, gift_cards):
    client = staff("import_account")
    open_file = b"Code,Balance,Expires\nUS71-KQ22-LL01,50.00,01/02/2038\n"
    mapping = post_file(client, open_file, bank, gift_cards).url

    client.post(mapping, {**choices_on(client.get(mapping)), "date_order": "mdy"})

    batch = GiftCardBatch.objects.get()
    assert batch.state == "checked"
    page = client.get(url("change", batch.pk)).content.decode()
    assert "Dates: Month first: 12/31/2026 (as chosen)." in page


def test_a_column_that_somebody_chooses_can_open_a_question(staff, bank, gift_cards):
    client = staff("import_account")
    mapping = post_file(client, b"Code,Balance,Day\nUS71-KQ22-LL01,50.00,01/02/2018\n", bank, gift_cards).url

    answer = client.post(mapping, {**choices_on(client.get(mapping)), "column_2": "end"})

    assert answer.status_code == 422
    assert "What comes first, the day or the month?" in answer.content.decode()


def test_a_column_that_is_asked_about_can_be_left_unused(staff, bank, gift_cards):
    client = staff("import_account")
    file = b"Code,Value,Purse\nOS77-KQ22-LL01,50.00,20.00\nOS77-KQ22-LL02,50.00,50.00\n"
    mapping = post_file(client, file, bank, gift_cards).url
    page = client.get(mapping)
    assert client.post(mapping, choices_on(page)).status_code == 422

    client.post(mapping, {**choices_on(page), "column_2": ""})

    batch = GiftCardBatch.objects.get()
    assert (batch.state, str(batch.value)) == ("checked", "100.00")


def test_whoever_confirms_reads_what_was_made_of_the_file(staff, checked):
    batch = checked("amount,shelf\n5,A\n6,B\n")
    page = staff("can_confirm_import").get(url("confirm", batch.pk)).content.decode()
    assert "No column has codes: new codes are made for all 2 cards." in page
    assert "Columns not used: “shelf”." in page


@pytest.mark.parametrize(("answer", "value"), [("cents", "60.00"), ("units", "6000.00"), ("on", "60.00")])
def test_pence_or_pounds_is_a_choice_where_the_file_leaves_it_open(staff, bank, gift_cards, answer, value):
    client = staff("import_account")
    file = b"Code,Amount\nOS77-KQ22-LL01,5000\nOS77-KQ22-LL02,1000\n"
    mapping = post_file(client, file, bank, gift_cards).url
    page = client.get(mapping)
    assert client.post(mapping, choices_on(page)).status_code == 422

    client.post(mapping, {**choices_on(page), "cents": answer})

    assert str(GiftCardBatch.objects.get().value) == value


def test_no_field_of_the_mapping_step_is_there_twice(staff, bank, gift_cards):
    client = staff("import_account")
    page = client.get(post_file(client, TWO.encode(), bank, gift_cards).url).content.decode()
    names = re.findall(r'<(?:input|select|textarea)[^>]* name="([a-z_0-9]+)"', page)
    fields = [name for name in names if name != "csrfmiddlewaretoken"]  # the page's other form, to log out, has it too
    assert len(fields) == len(set(fields))

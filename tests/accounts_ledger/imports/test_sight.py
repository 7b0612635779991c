"""Who sees what a batch's file says, how long it is kept, and that codes are masked wherever they stand."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse

from accounts_ledger.imports import masking, run, stop
from accounts_ledger.models import BatchContent, BatchProblem, GiftCardBatch

pytestmark = pytest.mark.usefixtures("books")

CODES = ("QZXVKWHJ7788", "GIFT-7XK2-94MB-Q3TD", "6006491234567890123", "ABCDEFGHJKLM")
FILE = "code,amount\n" + "".join(f"{code},25.00\n" for code in CODES)
UNKNOWN_HEADING = "Serial of the thing,amount\n" + "".join(f"{code},25.00\n" for code in CODES)


def url(name, batch):
    return reverse(f"admin:accounts_ledger_giftcardbatch_{name}", args=(batch.pk,))


def shown(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return [code for code in CODES if code in body.decode()]


@pytest.fixture
def person(django_user_model):
    def make(name, *codenames):
        user = django_user_model.objects.create_user(name, f"{name}@example.com", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return user

    return make


@pytest.fixture
def clerk(person):
    return person("clerk", "import_account", "view_account")


@pytest.fixture
def other_clerk(person):
    return person("other", "import_account", "view_account")


@pytest.fixture
def manager(person):
    return person("manager", "import_account", "can_confirm_import", "view_account", "view_account_code")


@pytest.fixture
def swapped(checked, clerk):
    """A batch of the clerk's, whose codes were read as amounts and its amounts as codes: every row is an error."""
    return checked(FILE, user=clerk, reading={"columns": ("balance", "code")})


@pytest.mark.parametrize("page", ["reading", "problems"])
def test_a_clerk_does_not_see_the_rows_of_a_colleagues_file(client, swapped, other_clerk, page):
    client.force_login(other_clerk)

    assert client.get(url(page, swapped)).status_code == 403


def test_a_clerk_cannot_change_how_the_file_of_a_colleague_is_read(client, swapped, other_clerk):
    client.force_login(other_clerk)

    assert client.post(url("reading", swapped), {"column_0": "balance", "column_1": "code"}).status_code == 403


def test_a_colleague_is_told_which_rows_are_wrong_but_not_what_is_in_them(client, swapped, other_clerk):
    client.force_login(other_clerk)
    page = client.get(url("change", swapped))

    assert "This is not an amount." in page.content.decode()
    assert "Change how the file is read" not in page.content.decode()
    assert "Download all errors" not in page.content.decode()
    assert shown(page) == []
    assert "788" not in page.content.decode()


@pytest.mark.parametrize("page", ["reading", "problems", "change"])
def test_codes_are_masked_wherever_the_columns_were_put(client, swapped, clerk, page):
    client.force_login(clerk)
    answer = client.get(url(page, swapped))

    assert answer.status_code == 200
    assert shown(answer) == []


@pytest.mark.parametrize("page", ["reading", "problems", "change"])
def test_codes_are_masked_in_a_column_that_nobody_has_recognised(client, checked, clerk, page):
    batch = checked(UNKNOWN_HEADING, user=clerk, reading={"columns": ("start", "balance")})
    client.force_login(clerk)

    assert shown(client.get(url(page, batch))) == []


def test_the_last_figures_of_a_code_are_enough_to_find_its_row(client, uploaded, clerk):
    client.force_login(clerk)

    assert "••••788" in client.get(url("reading", uploaded(FILE, user=clerk))).content.decode()


def test_names_of_columns_and_other_values_stay_as_they_are(client, checked, clerk):
    batch = checked("code,amount,email,start\nQZXVKWHJ7788,25.00,not an address,31/31/2027\n", user=clerk)
    client.force_login(clerk)
    page = client.get(url("reading", batch)).content.decode()

    for text in ("code", "amount", "25.00", "not an address", "31/31/2027"):
        assert f"<td>{text}</td>" in page
    assert set(batch.problems.values_list("value", flat=True)) == {"not an address", "31/31/2027"}


def test_whoever_may_see_codes_sees_the_rows_of_others_and_is_recorded(client, swapped, manager):
    client.force_login(manager)
    assert client.get(url("reading", swapped)).status_code == 200
    b"".join(client.get(url("problems", swapped)).streaming_content)

    seen = swapped.events.filter(what="Rows of the file seen")
    assert list(seen.values_list("username", flat=True)) == ["manager", "manager"]


def test_looking_at_ones_own_file_is_nothing_to_record(client, swapped, clerk):
    client.force_login(clerk)
    client.get(url("reading", swapped))

    assert not swapped.events.filter(what="Rows of the file seen").exists()


@pytest.mark.parametrize("page", ["reading", "problems"])
def test_once_loaded_nobody_sees_the_rows(client, loaded, clerk, manager, page):
    batch = loaded(FILE, user=clerk)
    for user in (clerk, manager):
        client.force_login(user)
        answer = client.get(url(page, batch))
        assert answer.status_code in (302, 403)


def test_how_a_loaded_file_was_read_leads_back_to_the_batch(client, loaded, clerk):
    batch = loaded(FILE, user=clerk)
    client.force_login(clerk)

    for answer in (client.get(url("reading", batch), follow=True), client.post(url("reading", batch), follow=True)):
        assert "cannot be changed: the batch is loaded" in answer.content.decode()


def test_a_loaded_file_is_forgotten_but_for_its_name_size_and_checksum(loaded):
    batch = loaded(FILE)

    assert not BatchContent.objects.filter(batch=batch).exists()
    assert (batch.file_name, batch.file_size, len(batch.checksum)) == ("cards.csv", len(FILE), 64)


def test_a_cancelled_file_is_forgotten(checked):
    batch = checked(FILE)
    stop.cancel(batch)

    assert not BatchContent.objects.filter(batch=batch).exists()


def test_a_file_that_could_not_be_loaded_is_kept_to_be_read_again(checked, bank, gift_cards):
    batch, rival = checked(FILE), checked(FILE)
    run.start_load(rival, None, inline=True)
    run.start_load(batch, None, inline=True)

    assert batch.state == GiftCardBatch.State.FAILED
    assert BatchContent.objects.filter(batch=batch).exists()


@pytest.mark.parametrize("end", ["loaded", "cancelled"])
def test_a_file_that_comes_again_is_noticed_after_it_was_forgotten(uploaded, checked, end):
    first = checked(FILE)
    if end == "loaded":
        run.start_load(first, None, inline=True)
    else:
        stop.cancel(first)

    assert uploaded(FILE).repeat_of == first


@pytest.mark.parametrize("code", [*CODES, "gift-7xk2-94mb", " 1234 5678 9012 ", "12345678", "ab12cd34"])
def test_these_look_like_codes(code):
    assert masking.is_code_like(code)


NO_CODES = (
    *("25.00", "1,234.50", "1 234,50", "12345678.90", "£1234567", "-", ""),
    *("31/12/2027", "2027-12-31", "31 Dec 2027", "2027", "ann@example.com"),
    *("Redeemed", "Gift card", "Address Line 1", "Card number 2", "GBP", "yes"),
)


@pytest.mark.parametrize("text", NO_CODES)
def test_these_do_not(text):
    assert not masking.is_code_like(text)


# --- What was there before ---------------------------------------------------------------------------


@pytest.fixture
def migrate(db):
    migration = importlib.import_module("accounts_ledger.migrations.0014_forget_files")

    def run_it():
        with connection.schema_editor() if connection.vendor == "postgresql" else _editor() as editor:
            migration.forget_files(apps, editor)
            migration.mask_errors(apps, editor)

    return run_it


class _editor:
    """SQLite's own refuses to be opened within a test's transaction; only its connection is asked for."""

    def __enter__(self):
        self.connection = connection
        return self

    def __exit__(self, *error):
        return None


@pytest.mark.parametrize(
    ("state", "kept"), [("loaded", False), ("reversed", False), ("cancelled", False), ("checked", True)]
)
def test_files_of_batches_that_are_over_are_forgotten_by_the_migration(checked, migrate, state, kept):
    batch = checked(FILE)
    GiftCardBatch.objects.filter(pk=batch.pk).update(state=state)

    migrate()

    assert BatchContent.objects.filter(batch=batch).exists() == kept


def test_errors_that_were_recorded_with_codes_are_masked_by_the_migration(uploaded, migrate):
    batch = uploaded(FILE)
    values = [*CODES, "-5", "31/12/20277", "not an address", "ann@example", ""]
    for row, value in enumerate(values):
        BatchProblem.objects.create(batch=batch, row=row, column="Value", value=value, message="This is wrong.")
    BatchProblem.objects.create(batch=batch, row=99, column="MANAGERS0007", value="x", message="This is wrong.")

    migrate()

    assert list(batch.problems.values_list("value", flat=True)) == [
        *["••••"] * len(CODES), "-5", "••••", "not an address", "ann@example", "", "••••",
    ]  # fmt: skip
    assert batch.problems.last().column == "••••"


# --- A card in the place of the header -------------------------------------------------------------------------------

#: What was taken for the header is a card: a file without one, cut off above.
CARD_FOR_HEADER = f"amount,{CODES[0]}\n25.00,a note\n"


def test_a_code_that_was_taken_for_a_heading_is_masked(client, checked, person):
    viewer = person("viewer", "view_giftcardbatch")
    client.force_login(viewer)

    for page in ("change", "history"):
        answer = client.get(url(page, checked(CARD_FOR_HEADER, name=f"{page}.csv")), follow=True)
        assert shown(answer) == []
        assert "Columns not used: “••••788”." in answer.content.decode()


def test_a_code_that_was_taken_for_a_heading_is_forgotten_with_the_file(checked, manager):
    batch = checked(CARD_FOR_HEADER)
    run.start_load(batch, manager)
    batch.refresh_from_db()
    assert batch.state == GiftCardBatch.State.LOADED
    assert CODES[0] not in str(batch.options)

    other = checked(CARD_FOR_HEADER)
    stop.cancel(other, manager)
    other.refresh_from_db()
    assert CODES[0] not in str(other.options)


@pytest.mark.parametrize("name", ["CARDNUMBER", "Card number", "Value (GBP)", "Column 2"])
def test_the_name_of_a_column_is_shown(name):
    assert masking.masked_heading(name) == name

"""Staff take accounts out as CSV and XLSX."""

import csv
import io
from decimal import Decimal as D

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.urls import reverse
from openpyxl import load_workbook

from accounts_ledger import facade
from accounts_ledger.admin.account.export import AccountResource, AccountWithCodeResource
from accounts_ledger.files import xlsx_writer
from tests.confirming import confirm

pytestmark = pytest.mark.usefixtures("books")

URL = "/admin/accounts_ledger/account/export/"
CSV, XLSX = "0", "1"


@pytest.fixture
def card(bank):
    holder = get_user_model().objects.create_user("ada", "ada@example.com", first_name="Ada", last_name="Lovelace")
    return facade.issue(bank, D("50.00"), name="=1+1", primary_user=holder)


def export(client, file_format=CSV, query="", *, only=None, resource=AccountWithCodeResource):
    prefix = resource.__name__.lower()
    columns = {f"{prefix}_{name}": "on" for name in (only or resource.fields)}
    return confirm(client, URL + query, {"format": file_format, "resource": "0", **columns})


def rows(response) -> list[dict]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_the_file_has_the_accounts_of_the_list(boss_client, card):
    (row,) = rows(export(boss_client, query="?q=ada@example.com"))

    assert (row["Number"], row["Balance"], row["Holder"], row["Status"]) == (
        str(card.pk),
        "50.00",
        "Ada Lovelace",
        "Open",
    )


def test_texts_that_are_formulas_are_made_harmless(boss_client, card):
    (row,) = rows(export(boss_client, query="?q=ada@example.com"))

    assert row["Name"] == "'=1+1"


def test_negative_balances_stay_numbers(boss_client, card, bank):
    found = {row["Name"]: row["Balance"] for row in rows(export(boss_client))}

    assert found["Bank"] == "-50.00"


def test_whoever_may_see_codes_gets_them(boss_client, card):
    (row,) = rows(export(boss_client, query="?q=ada@example.com"))

    assert row["Code"] == card.code


def test_others_get_masked_codes(staff_client, card):
    client = staff_client("view_account", "export_account")

    (row,) = rows(export(client, query="?q=ada@example.com", resource=AccountResource))

    assert row["Code"] == card.masked_code


def test_without_the_permission_there_is_no_export(staff_client, card):
    client = staff_client("view_account", "view_account_code")

    assert (client.get(URL).status_code, export(client).status_code) == (403, 403)


def test_an_export_is_recorded(boss_client, card):
    rows(export(boss_client, only=["number", "code"]))

    entry = LogEntry.objects.get()
    assert (entry.user.username, "Number, Code" in entry.change_message) == ("boss", True)


def test_the_columns_can_be_chosen(boss_client, card):
    (row,) = rows(export(boss_client, query="?q=ada@example.com", only=["number", "balance"]))

    assert list(row) == ["Number", "Balance"]


def test_a_workbook_has_numbers_and_dates_as_such(boss_client, card):
    response = export(boss_client, XLSX, "?q=ada@example.com", only=["balance", "date_created", "name"])

    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    heading, row = sheet.iter_rows(values_only=True)
    found = dict(zip(heading, row, strict=True))
    assert (found["Balance"], found["Name"], found["Created"].year) == (50, "'=1+1", card.date_created.year)


def test_a_workbook_survives_control_characters(boss_client, card):
    card.name = "bell \x07 and \x0b"
    card.save()

    response = export(boss_client, XLSX, "?q=ada@example.com", only=["name"])

    assert load_workbook(io.BytesIO(b"".join(response.streaming_content))).active["A2"].value == "bell  and "


def test_a_workbook_keeps_its_headings_in_sight_and_shows_money_as_such(boss_client, card):
    response = export(boss_client, XLSX, "?q=ada@example.com", only=["balance", "name"])

    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    balance = next(cell for cell, heading in zip(sheet[2], sheet[1], strict=True) if heading.value == "Balance")
    assert (sheet.freeze_panes, sheet["A1"].font.b, balance.number_format) == ("A2", True, "#,##0.00")


def test_more_rows_than_a_sheet_has_are_refused_as_a_workbook_only(boss_client, card, monkeypatch):
    monkeypatch.setattr(xlsx_writer, "MAX_ROWS", 2)

    response = export(boss_client, XLSX)

    assert (response.status_code, response.url) == (302, URL)
    assert len(rows(export(boss_client, CSV))) > 2


@pytest.mark.parametrize("given", [{}, {"format": "9"}, {"format": "abc"}, {"format": "0"}, {"format": "\x00"}])
def test_an_incomplete_form_is_shown_again(boss_client, card, given):
    response = boss_client.post(URL, given)

    assert (response.status_code, response.streaming) == (200, False)


def test_a_selection_leads_to_the_export_of_these_accounts(boss_client, card, bank):
    facade.issue(bank, D("10"))

    response = boss_client.post(
        reverse("admin:accounts_ledger_account_changelist"),
        {"action": "export_selected", "select_across": "0", "_selected_action": [card.pk]},
        follow=True,
    )

    assert response.context["totals"].count == 1
    (query,) = [url.partition("?")[2] for url, _status in response.redirect_chain]
    assert [row["Number"] for row in rows(export(boss_client, query=f"?{query}"))] == [str(card.pk)]


def test_the_page_says_how_many_accounts_and_how_much(boss_client, card):
    content = boss_client.get(URL, {"q": "ada@example.com"}).content.decode()

    assert "£50.00" in content


@pytest.mark.parametrize("query", ["?nonsense=1", "?source__id__in=x", "?id__in=x"])
def test_an_address_that_the_list_cannot_follow_leads_back_to_it(boss_client, card, query):
    response = boss_client.get(URL + query)

    assert (response.status_code, response["Location"]) == (302, reverse("admin:accounts_ledger_account_changelist"))

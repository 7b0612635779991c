"""Staff take transfers, and their two sides, out as CSV and XLSX."""

import csv
import io
from decimal import Decimal as D

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from openpyxl import load_workbook

from accounts_ledger import facade
from accounts_ledger.admin.transfer.export import (
    TransactionResource,
    TransactionWithCodesResource,
    TransferResource,
    TransferWithCodesResource,
)
from accounts_ledger.models import Transfer
from tests.confirming import hidden_fields

pytestmark = pytest.mark.usefixtures("books")

LIST = reverse("admin:accounts_ledger_transfer_changelist")
URL = reverse("admin:accounts_ledger_transfer_export")
CSV, XLSX = "0", "1"
LINES = {TransferResource: "0", TransferWithCodesResource: "0"}


@pytest.fixture
def card(bank):
    return facade.issue(bank, D("50.00"), code="ABCD2345EFGH")


@pytest.fixture
def redemption(card, redemptions):
    return facade.transfer(
        card,
        redemptions,
        D("30.00"),
        kind=Transfer.Kind.REDEMPTION,
        merchant_reference="100042",
        description="=HYPERLINK(1)",
    )


def export(client, query="", file_format=CSV, *, only=None, resource=TransferWithCodesResource, shown=None):
    shown = shown or hidden_fields(client.get(URL + query))
    columns = {f"{resource.__name__.lower()}_{name}": "on" for name in (only or resource.fields)}
    given = {"format": file_format, "resource": LINES.get(resource, "1"), **columns}
    return client.post(URL + query, {**shown, **given})


def rows(response) -> list[dict]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_the_file_has_the_transfers_of_the_filtered_list(boss_client, redemption):
    (row,) = rows(export(boss_client, "?kind=redemption"))

    assert (row["Reference"], row["Kind"], row["Amount"], row["Currency"], row["To account"], row["Order"]) == (
        redemption.reference,
        "Redemption",
        "30.00",
        "GBP",
        "Redemptions",
        "100042",
    )


def test_a_refund_names_what_it_undoes_and_that_says_so(boss_client, redemption):
    refund = facade.refund(redemption, D("1.00"))

    found = {row["Reference"]: row for row in rows(export(boss_client))}

    assert found[refund.reference]["Undoes transfer"] == redemption.reference
    assert (found[redemption.reference]["Refunded"], found[redemption.reference]["Reversed"]) == ("Yes", "No")


def test_texts_that_are_formulas_are_made_harmless(boss_client, redemption):
    (row,) = rows(export(boss_client, "?kind=redemption"))

    assert row["Description"] == "'=HYPERLINK(1)"


def test_transactions_are_both_sides_with_running_balance_and_number(boss_client, card, redemption):
    sides = rows(export(boss_client, "?kind=redemption", resource=TransactionWithCodesResource))

    assert [
        (row["Code"], row["Number within the account"], row["Amount"], row["Balance after it"]) for row in sides
    ] == [(card.code, "2", "-30.00", "20.00"), ("", "1", "30.00", "30.00")]


@pytest.mark.parametrize(
    ("resource", "heading"),
    [(TransferResource, "Code of the account it is from"), (TransactionResource, "Code")],
)
def test_without_the_permission_codes_are_masked(staff_client, card, redemption, resource, heading):
    client = staff_client("view_transfer", "export_transfer")

    response = export(client, "?kind=redemption", resource=resource)

    content = b"".join(response.streaming_content).decode("utf-8-sig")
    assert card.code not in content
    assert next(csv.DictReader(io.StringIO(content)))[heading] == card.masked_code


def test_whoever_may_see_codes_gets_them(boss_client, card, redemption):
    (row,) = rows(export(boss_client, "?kind=redemption"))

    assert row["Code of the account it is from"] == card.code


def test_without_the_permission_there_is_no_export(staff_client, redemption):
    client = staff_client("view_transfer", "view_account_code")

    assert (client.get(URL).status_code, export(client).status_code) == (403, 403)
    assert URL not in client.get(LIST).content.decode()


def test_the_list_has_a_button_that_keeps_its_filters(boss_client, redemption):
    assert f'href="{URL}?kind=redemption"' in boss_client.get(LIST, {"kind": "redemption"}).content.decode()


def test_an_export_is_recorded_with_its_rows_and_columns(boss_client, redemption):
    rows(export(boss_client, only=["account", "balance"], resource=TransactionWithCodesResource))

    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_repr) == ("boss", "transactions")
    assert entry.change_message == "Exported 4 rows: Account, Balance after it"


def test_the_file_is_named_after_what_its_lines_are(boss_client, redemption):
    names = [
        export(boss_client, resource=resource)["Content-Disposition"]
        for resource in (TransferWithCodesResource, TransactionWithCodesResource)
    ]

    assert ['filename="Transfer-' in names[0], 'filename="Transaction-' in names[1]] == [True, True]


def test_a_workbook_has_numbers_as_such(boss_client, redemption):
    response = export(boss_client, "?kind=redemption", XLSX, only=["amount", "description"])

    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert list(sheet.iter_rows(values_only=True))[1] == (30, "'=HYPERLINK(1)")


def test_the_number_of_queries_does_not_grow_with_the_rows(boss_client, bank, django_assert_max_num_queries):
    for _number in range(12):
        facade.issue(bank, D("5.00"))

    shown = hidden_fields(boss_client.get(URL))
    for resource in (TransferWithCodesResource, TransactionWithCodesResource):
        with django_assert_max_num_queries(10):
            assert len(rows(export(boss_client, resource=resource, shown=shown))) >= 12


def test_the_page_says_how_many_transfers_and_how_much(boss_client, redemption):
    content = boss_client.get(URL, {"kind": "redemption"}).content.decode()

    assert ("1 transfer<" in content, "£30.00" in content) == (True, True)


@pytest.mark.parametrize(
    "given", [{}, {"format": "9"}, {"format": "0"}, {"format": "0", "resource": "9"}, {"format": "\x00"}]
)
def test_an_incomplete_form_is_shown_again(boss_client, redemption, given):
    response = boss_client.post(URL, given)

    assert (response.status_code, response.streaming) == (200, False)


@pytest.mark.parametrize("query", ["?nonsense=1", "?source__id__in=x", "?id__in=x"])
def test_an_address_that_the_list_cannot_follow_leads_back_to_it(boss_client, redemption, query):
    response = boss_client.get(URL + query, follow=True)

    assert response.redirect_chain == [(LIST, 302)]
    assert ["nothing was exported" in str(message) for message in response.context["messages"]] == [True]


def test_nonsense_in_a_filter_exports_nothing_instead_of_everything(boss_client, redemption):
    assert rows(export(boss_client, "?amount_from=abc")) == []


def test_transfers_that_were_posted_since_the_page_was_opened_are_not_in_the_file(boss_client, redemption, bank):
    opened = hidden_fields(boss_client.get(URL))
    facade.issue(bank, D("5.00"))

    assert len(rows(export(boss_client, shown=opened))) == 2


@pytest.mark.parametrize("change", ["further", "refunded"])
def test_other_transfers_than_the_page_counted_do_not_leave_the_system(boss_client, redemption, bank, change):
    query = "?is_refunded=no" if change == "refunded" else ""
    opened = hidden_fields(boss_client.get(URL + query))
    if change == "refunded":
        facade.refund(redemption, D("1.00"))
    else:
        opened["last"] = str(facade.issue(bank, D("5.00")).pk + 10)

    answer = export(boss_client, query, shown=opened)

    assert answer.status_code == 302
    assert not LogEntry.objects.filter(change_message__startswith="Exported").exists()


def test_codes_that_the_page_said_are_masked_do_not_leave_the_system(client, redemption):
    """Somebody gives the role to see codes to whoever has the page open."""
    auditor = get_user_model().objects.create_user("auditor", is_staff=True)
    for codename in ("view_transfer", "export_transfer"):
        auditor.user_permissions.add(*Permission.objects.filter(codename=codename))
    client.force_login(auditor)
    opened = hidden_fields(client.get(URL))
    auditor.user_permissions.add(Permission.objects.get(codename="view_account_code"))

    answer = export(client, shown=opened)

    assert answer.status_code == 302

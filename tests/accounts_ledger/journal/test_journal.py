"""The journal: balanced entries, the staff's mapping, formats that the real tools accept, numbered exports."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import shutil
import subprocess
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from accounts_ledger import chart, clock, facade
from accounts_ledger.journal.entries import entries
from accounts_ledger.journal.export import AlreadyExported, export_journal
from accounts_ledger.journal.formats import FORMATS
from accounts_ledger.models import AccountMapping, JournalExport, Transfer
from tests.confirming import review

JANUARY = {"start": datetime.date(2026, 1, 1), "end": datetime.date(2026, 1, 31)}
HOSTILE = 'Sold; "quoted" (x) | \\ = \n2026-01-01 * ; 東京 {a: b}'


@pytest.fixture
def manager(db):
    return get_user_model().objects.create_superuser("manager", "manager@example.com", "secret-secret")


@pytest.fixture
def january(bank, redemptions, merchant_funded, books):
    """Cards sold and given away on the 5th, one spent on the 6th, in February nothing that January may show."""
    gift_cards = chart.deferred_income_types()[0]
    with clock.at(datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)):
        card = facade.issue(bank, D("50.00"), account_type=gift_cards, description=HOSTILE)
        facade.issue(bank, D("25.00"), account_type=gift_cards)
        facade.issue(merchant_funded, D("10.00"), account_type=gift_cards)
    with clock.at(datetime.datetime(2026, 1, 6, 12, tzinfo=datetime.UTC)):
        facade.transfer(card, redemptions, D("30.00"), kind=Transfer.Kind.REDEMPTION, merchant_reference="100001")
    with clock.at(datetime.datetime(2026, 2, 1, 12, tzinfo=datetime.UTC)):
        facade.transfer(card, redemptions, D("5.00"), kind=Transfer.Kind.REDEMPTION)
    return card


def made(summarised: bool = True):
    return list(entries(JANUARY["start"], JANUARY["end"], "GBP", summarised))


def written(format_name: str, summarised: bool = True) -> str:
    return "".join(FORMATS[format_name].write(made(summarised), "J00001"))


def exported(manager, **changes):
    arguments = {**JANUARY, "currency": "GBP", "detail": "summary", "format_name": "csv", "user": manager, **changes}
    export, file = export_journal(**arguments)
    with file:
        return export, file.read().decode()


def test_the_summary_has_one_entry_a_day_kind_and_pair_of_accounts(january):
    assert [(entry.day.day, entry.amount) for entry in made()] == [(5, D("75.00")), (5, D("10.00")), (6, D("30.00"))]


def test_in_full_every_transfer_is_an_entry(january):
    assert [entry.amount for entry in made(summarised=False)] == [D("50.00"), D("25.00"), D("10.00"), D("30.00")]


def test_core_accounts_go_by_their_name_and_cards_by_their_type(january):
    assert (made()[0].debit.name, made()[0].credit.name) == (
        "Assets:Cash:Bank",
        "Liabilities:Deferred income:Gift cards",
    )


def test_staff_map_a_type_and_the_types_below_it(january):
    deferred = chart.subtree(chart.DEFERRED_INCOME)[0]
    AccountMapping.objects.create(account_type=deferred, code="2100", name="Liabilities:Vouchers")

    assert (made()[0].credit.code, made()[0].credit.name) == ("2100", "Liabilities:Vouchers")


def test_an_accounts_own_mapping_goes_before_its_types(january, bank):
    AccountMapping.objects.create(account_type=bank.account_type, code="1000", name="Assets:Cash")
    AccountMapping.objects.create(account=bank, code="1010", name="Assets:Current account")

    assert made()[0].debit.code == "1010"


def test_the_generic_csv_has_equal_debits_and_credits(january):
    rows = list(csv.DictReader(io.StringIO(written("csv", summarised=False))))

    assert sum(D(row["Debit"] or 0) for row in rows) == sum(D(row["Credit"] or 0) for row in rows) == D("115.00")


def test_xero_lines_sum_to_zero(january):
    rows = list(csv.DictReader(io.StringIO(written("xero"))))

    assert sum(D(row["*Amount"]) for row in rows) == 0


def test_quickbooks_has_equal_debits_and_credits(january):
    rows = list(csv.DictReader(io.StringIO(written("quickbooks"))))

    assert sum(D(row["Debits"] or 0) for row in rows) == sum(D(row["Credits"] or 0) for row in rows) == D("115.00")


@pytest.mark.parametrize("summarised", [True, False])
def test_hledger_accepts_the_journal_and_sees_the_balances(january, summarised, tmp_path):
    hledger = shutil.which("hledger")
    if not hledger:
        pytest.skip("hledger is not installed (apt-get install hledger)")
    file = tmp_path / "january.journal"
    file.write_text(written("hledger", summarised))

    subprocess.run([hledger, "-f", file, "check", "--strict"], check=False, capture_output=True)
    command = [hledger, "-f", file, "balance", "Liabilities", "-O", "csv", "--no-total", "--flat"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert "Liabilities:Deferred income:Gift cards" in answer
    assert "55.00 GBP" in answer


@pytest.mark.parametrize("summarised", [True, False])
def test_beancount_accepts_the_journal(january, summarised):
    from beancount import loader

    _entries, errors, _options = loader.load_string(written("beancount", summarised))

    assert errors == []


def test_beancount_accepts_names_that_staff_chose_freely(january, bank):
    from beancount import loader

    AccountMapping.objects.create(account=bank, code="1", name="käse & (brot): 7up / *")

    _entries, errors, _options = loader.load_string(written("beancount"))

    assert errors == []


def test_exports_are_numbered(january, manager):
    first, _text = exported(manager)
    second, _text = exported(manager, allow_reexport=True)

    assert second.pk == first.pk + 1


def test_the_number_of_the_export_is_in_the_file(january, manager):
    export, text = exported(manager)

    assert text.splitlines()[1].startswith(f"{export},2026-01-05")


def test_an_export_records_what_was_handed_over(january, manager):
    export, text = exported(manager)

    assert (export.entries, export.total, export.username) == (3, D("115.00"), "manager")
    assert export.checksum == hashlib.sha256(text.encode()).hexdigest()


def test_a_period_is_not_exported_twice_by_accident(january, manager):
    exported(manager)

    with pytest.raises(AlreadyExported, match="2026-01-31"):
        exported(manager, start=datetime.date(2026, 1, 31), end=datetime.date(2026, 2, 28))


def test_a_refused_export_leaves_no_record(january, manager):
    exported(manager)

    with pytest.raises(AlreadyExported):
        exported(manager)

    assert JournalExport.objects.count() == 1


def test_a_period_exported_again_has_the_same_entries_under_a_new_number(january, manager):
    first, text = exported(manager)
    second, again = exported(manager, allow_reexport=True)

    assert again == text.replace(str(first), str(second))


def test_the_page_hands_over_a_file(client, january, manager):
    client.force_login(manager)

    address = reverse("admin:accounts_ledger_journalexport_new_export")
    given = {"start": "2026-01-01", "end": "2026-01-31", "currency": "GBP", "detail": "full", "format": "beancount"}
    response = client.post(address, review(client, address, given))

    assert "attachment" in response["Content-Disposition"]
    assert b"open Assets:Cash:Bank" in b"".join(response.streaming_content)


def test_the_page_exports_nothing_by_get(client, january, manager):
    client.force_login(manager)

    assert client.get(reverse("admin:accounts_ledger_journalexport_new_export")).status_code == 200
    assert not JournalExport.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"start": "2026-02-01"},
        {"start": "1960-01-01"},
        {"end": "9999-12-31"},
        {"start": "nonsense"},
        {"currency": "XXX"},
        {"format": "pdf"},
        {"detail": ""},
    ],
)
def test_the_page_refuses_what_cannot_be_exported(client, january, manager, changes):
    client.force_login(manager)
    given = {"start": "2026-01-01", "end": "2026-01-31", "currency": "GBP", "detail": "full", "format": "csv"}

    response = client.post(reverse("admin:accounts_ledger_journalexport_new_export"), given | changes)

    assert response.status_code == 200
    assert not JournalExport.objects.exists()


def test_the_page_of_an_export_says_what_was_handed_over(admin_client, january, manager):
    export, _text = exported(manager)

    page = admin_client.get(reverse("admin:accounts_ledger_journalexport_change", args=[export.pk])).content.decode()

    for expected in ("1 Jan 2026 – 31 Jan 2026", FORMATS[export.format].title, export.checksum, export.username):
        assert str(expected) in page


def test_staff_without_the_permission_export_nothing(client, january, db):
    nosy = get_user_model().objects.create_user("nosy", "nosy@example.com", "secret-secret", is_staff=True)
    client.force_login(nosy)

    assert client.post(reverse("admin:accounts_ledger_journalexport_new_export"), {}).status_code == 403

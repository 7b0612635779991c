"""Signs that cards are not good, where nobody expects them: asked about by the command and on the page alike."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from openpyxl.styles import Font

from accounts_ledger.imports.sniff import sniff
from accounts_ledger.models import GiftCardBatch
from tests.accounts_ledger.imports.test_files_of_other_systems import imported, refused, sheet
from tests.accounts_ledger.imports.test_pages import choices_on, post_file, staff, url

__all__ = ["imported", "refused", "staff"]

pytestmark = pytest.mark.usefixtures("books", "bank")


def cards(heading, *cells):
    """Two good lines and more of a file whose last column is the one in question."""
    lines = [f"BN{number:02d}-KQ22-LL7{number:02d},50.50,{cell}" for number, cell in enumerate(cells, 10)]
    return "\n".join([f"Code,Balance,{heading}", *lines, ""])


ASKED = {
    "a flag of which nobody knows what it means": cards("Livemode", "true", "false"),
    "a flag in another language": cards("Zrušeno", "ne", "ano"),
    "a flag that is set for some only": cards("Trial", "", "x"),
    "whether it was paid": cards("Paid", "yes", "no"),
    "a trial environment": cards("Environment", "production", "test"),
    "a remark about some card": cards("Comments", "", "CANCELLED 12/3 by phone"),
    "a remark in a description": cards("Notes", "birthday", "reported stolen, do not use"),
    "why it was cancelled": cards("Cancellation reason", "", "wrong amount"),
    "who has voided it": cards("Voided by", "", "Ann"),
    "a card that was not activated yet": cards("Activated On", "2024-01-01", ""),
    "a percentage beside its amount": cards("Unit", "GBP", "%"),
    "transactions instead of cards": cards("Activity", "Activate", "Redeem"),
    "several cards in a row": cards("Quantity", "1", "3"),
}


@pytest.mark.parametrize("contents", ASKED.values(), ids=ASKED)
def test_the_command_asks(refused, contents):
    assert "--column" in refused(contents)


@pytest.mark.parametrize("contents", ASKED.values(), ids=ASKED)
def test_the_page_asks(staff, bank, gift_cards, contents):
    client = staff("import_account")
    page = client.get(post_file(client, contents.encode(), bank, gift_cards).url)

    assert page.context["form"]["column_2"].value() == "?"
    again = client.post(url("reading", GiftCardBatch.objects.get().pk), choices_on(page))
    assert again.context["form"].errors["column_2"]


NOT_ASKED = {
    "whether it was mailed": cards("Emailed", "yes", "no"),
    "where it was sold": cards("Store", "London", "York"),
    "whether it is of plastic": cards("Physical", "true", "false"),
    "a kind wish": cards("Description", "Happy birthday!", "For the lost years"),
    "a rate of tax": cards("VAT rate", "20%", "0%"),
    "one card in each row": cards("Qty", "1", "1"),
    "a day in every row": cards("Activated On", "2024-01-01", "2024-01-02"),
}


@pytest.mark.parametrize("contents", NOT_ASKED.values(), ids=NOT_ASKED)
def test_what_does_not_matter_is_not_asked(imported, contents):
    assert set(imported(contents)[0].values()) == {D("50.50")}


def test_bad_news_far_down_is_asked_about(refused):
    many = [f"BN77-{number:04d}-LL71,50.50,{'stolen' if number == 900 else ''}" for number in range(1_000)]

    assert '--column "Comments=status"' in refused("\n".join(["Code,Balance,Comments", *many]))


def test_once_that_is_answered_it_is_not_asked_again(imported):
    many = [f"BN77-{number:04d}-LL71,50.50,{'stolen' if number == 900 else ''}" for number in range(1_000)]

    assert len(imported("\n".join(["Code,Balance,Comments", *many]), "--ignore=Comments")[0]) == 1_000


def test_bad_news_far_down_is_asked_about_on_the_page_once(staff, bank, gift_cards):
    client = staff("import_account")
    many = [f"BN77-{number:04d}-LL71,50.50,{'stolen' if number == 900 else ''}" for number in range(1_000)]
    reading = post_file(client, "\n".join(["Code,Balance,Comments", *many]).encode(), bank, gift_cards).url
    client.post(reading, choices_on(client.get(reading)))

    page = client.get(reading)
    assert page.context["form"]["column_2"].value() == "?"
    client.post(reading, {**choices_on(page), "column_2": ""})
    assert GiftCardBatch.objects.get().state == GiftCardBatch.State.CHECKED


def test_a_status_in_a_file_without_headings_is_read(imported):
    contents = "NHKK34-LM01,50.00,active\nNHKK34-LM02,50.00,cancelled\n"

    assert imported(contents)[0] == {"NHKK34LM01": D("50.00")}


def test_a_flag_in_a_file_without_headings_is_asked_about(refused):
    assert "--column" in refused("NHKK34-LM01,50.00,yes\nNHKK34-LM02,50.00,no\n")


READ = {
    "Italian": ("codice;saldo;attivo\n", "sì", "no"),
    "German in a spreadsheet": ("Code;Guthaben;Aktiv\n", "WAHR", "FALSCH"),
    "a database": ("code;balance;active\n", "t", "f"),
    "marks": ("code;balance;active\n", "✓", "✗"),
    "Polish, the other way round": ("kod;saldo;zablokowany\n", "nie", "tak"),
}


@pytest.mark.parametrize(("header", "good", "bad"), READ.values(), ids=READ)
def test_yes_and_no_are_read_as_systems_and_languages_write_them(imported, header, good, bad):
    contents = f"{header}YN12-KK34-LL01;50,00;{good}\nYN12-KK34-LL02;50,00;{bad}\n"

    assert imported(contents)[0] == {"YN12KK34LL01": D("50.00")}


def test_a_published_card_is_a_good_one(imported):
    contents = "gift_card_number,balance,status\n1A2B-3C4D-5E6F,12.50,publish\n1A2B-3C4D-5E6G,12.50,trash\n"

    assert imported(contents)[0] == {"1A2B3C4D5E6F": D("12.50")}


@pytest.mark.parametrize("heading", ["Remaining %", "Balance (£000)", "Remaining percent"])
def test_figures_in_another_unit_are_asked_about(refused, heading):
    assert "--column" in refused(f"Code,Value,{heading}\nOU12-KK34-LS01,50.00,100\nOU12-KK34-LS02,50.00,40\n")


def test_debits_are_taken_off_credits(imported):
    contents = "Code,Credit,Debit\nCD12-KK34-LS01,50.00,0.00\nCD12-KK34-LS02,50.00,10.00\n"

    assert imported(contents)[0] == {"CD12KK34LS01": D("50.00"), "CD12KK34LS02": D("40.00")}


@pytest.mark.parametrize("dash", ["- £", "£ -", "-"])
def test_the_dash_of_accountants_is_zero(imported, dash):
    contents = f"Code;Remaining\nG2024-000417X;£1,249.50\nG2024-000418X;{dash}\n"

    assert imported(contents)[0] == {"G2024000417X": D("1249.50")}


def test_amounts_that_do_not_add_up_are_counted(imported):
    said = imported("Voucher,Value,Used,Remaining\nUR12-KK34-LL01,50.00,10.00,45.00\n")[1]

    assert "Of 1 cards, the first value less what was used is not what is left." in said


LOST_ZEROS = "Code,Balance\n44123456789012,50.50\n5123456789012,20.50\n"


def test_codes_that_may_have_lost_their_zeros_are_asked_about(refused):
    assert "--short-codes" in refused(LOST_ZEROS)


def test_codes_that_are_shorter_are_loaded_if_that_is_meant(imported):
    assert "5123456789012" in imported(LOST_ZEROS, "--short-codes")[0]


def test_where_a_zero_was_kept_none_was_lost(imported):
    contents = "Code,Balance\n04123456789012,50.50\n5123456789012,20.50\n"

    assert len(imported(contents)[0]) == 2


def test_rows_that_are_struck_through_are_asked_about(refused, imported):
    def strike(active, book):
        for cell in active[3]:
            cell.font = Font(strike=True)

    file = sheet(["Code", "Balance"], ["XK12-KK34-LZ01", 50.5], ["XK12-KK34-LZ02", 20.5], change=strike)

    assert "--hidden-rows" in refused(file, name="x.xlsx")
    assert imported(file, "--hidden-rows=leave-out", name="x.xlsx")[0] == {"XK12KK34LZ01": D("50.50")}


def test_dates_of_which_a_spreadsheet_has_swapped_some_are_refused(refused):
    swapped = datetime.datetime(2030, 4, 3)
    file = sheet(
        ["Code", "Balance", "Expires"], ["XD12-KK34-LZ01", 5.5, swapped], ["XD12-KK34-LZ02", 5.5, "13/04/2030"]
    )

    assert "swapped" in refused(file, name="x.xlsx")


def test_dates_beside_one_after_the_twelfth_are_not_swapped(imported):
    days = [datetime.datetime(2030, 4, 3), datetime.datetime(2030, 4, 30)]
    rows = [[f"XD12-KK34-LZ{number}", 5.5, day] for number, day in enumerate([*days, "13/04/2030"], 10)]

    assert len(imported(sheet(["Code", "Balance", "Expires"], *rows), name="x.xlsx")[0]) == 3


def test_an_error_of_a_row_without_a_code_can_be_read(checked):
    batch = checked("Code,Balance\nGS12-KK34-LL01,50.00\nGS12-KK34-LL02,25.00\nGS12-KK34-LL03,25.00\n,10.00\n")

    assert [problem.message for problem in batch.problems.all()] == [
        "This row has a value but no code, unlike all others. Is it the total? Take it out, or give it a code."
    ]
    assert batch.problems.get().value == ""


def test_in_a_currency_without_smaller_units_a_sign_is_one_of_thousands(tmp_path):
    path = tmp_path / "yen.csv"
    path.write_text('Code,Balance\nYN12-KK34-LR01,"¥5,000"\nYN12-KK34-LR02,"12,500"\n')
    with path.open("rb") as file:
        reading = sniff(file, "JPY")

    assert (reading.asked, reading.decimal_sign) == ((), ".")

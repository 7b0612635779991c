"""Lists as other systems and people write them: loaded as they are meant, or asked about, never anything else."""

from __future__ import annotations

import io
from decimal import Decimal as D

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from accounts_ledger.models import Account, GiftCardBatch

pytestmark = pytest.mark.usefixtures("books", "bank")


@pytest.fixture
def imported(tmp_path, capsys):
    """Import a file by the command, and return the cards that can be spent, and what was said."""

    def run(contents, *arguments, name="cards.csv"):
        path = tmp_path / name
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        call_command(
            "import_gift_cards", str(path), "--source=Bank", "--type=Gift cards", "--guessable-codes", *arguments
        )
        cards = Account.objects.filter(batch__isnull=False, status=Account.OPEN)
        return {card.code: card.balance for card in cards}, capsys.readouterr().out

    return run


@pytest.fixture
def refused(imported):
    """Import a file by the command, and return why nothing was loaded."""

    def run(contents, *arguments, **kwargs):
        with pytest.raises(CommandError) as refusal:
            imported(contents, *arguments, **kwargs)
        assert not Account.objects.filter(batch__isnull=False).exists()
        return str(refusal.value)

    return run


def sheet(*rows, change=lambda active, book: None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    change(book.active, book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


MEANT = {
    "a day on which it was cancelled": (
        "redemption_code,amount,balance,canceled_at\nRCLY7Q1AB,30.00,,\nRCLY8R2BC,30.00,,2026-03-01T00:00:00Z\n",
        {"RCLY7Q1AB": "30.00"},
    ),
    "a flag that it was deleted": (
        "Code,Balance,Deleted\nDL77-KQ22-LL01,50.00,0\nDL77-KQ22-LL02,25.00,1\n", {"DL77KQ22LL01": "50.00"},
    ),
    "a day on which it was blocked": (
        "Code,Balance,Blocked At\nDL77-KQ22-LL01,50.00,\nDL77-KQ22-LL02,25.00,2026-01-01 10:00\n",
        {"DL77KQ22LL01": "50.00"},
    ),
    "two columns of status": (
        "code,status,balance,state\nMAG1X7KQ2291,1,40.0000,Available\nMAG1X7KQ2292,0,30.0000,Available\n"
        "MAG1X7KQ2293,1,30.0000,Expired\n",
        {"MAG1X7KQ2291": "40.00"},
    ),
    "what is left, called otherwise": (
        "Code,Value,Available Balance\nRR71-KQ22-LL01,100.00,40.00\n", {"RR71KQ22LL01": "40.00"},
    ),
    "what was used, called otherwise": (
        "Code,Value,Redeemed Amount\nRA77-KQ22-LL01,50.00,20.00\nRA77-KQ22-LL02,50.00,\n",
        {"RA77KQ22LL01": "30.00", "RA77KQ22LL02": "50.00"},
    ),
    "dashes and words where nothing was used": (
        "Code,Amount,Used\nUD71-KQ22-LL01,50.00,-\nUD71-KQ22-LL02,50.00,10.00\nUD71-KQ22-LL03,75.00,none\n",
        {"UD71KQ22LL01": "50.00", "UD71KQ22LL02": "40.00", "UD71KQ22LL03": "75.00"},
    ),
    "accountants' zeros": ("Code,Balance\nAC71-KQ22-LL01,£ 50.00\nAC71-KQ22-LL02,£ -\n", {"AC71KQ22LL01": "50.00"}),
    "numbers without a header": (
        "605011010,25.00\n605011020,12.50\n", {"605011010": "25.00", "605011020": "12.50"},
    ),
    "numbers like days without a header": (
        "20271231,25.00\n20271230,12.50\n", {"20271231": "25.00", "20271230": "12.50"},
    ),
    "thousands that another amount explains": (
        "Code;Betrag\nDE71-KQ22-LL01;1.000\nDE71-KQ22-LL02;49,90\n",
        {"DE71KQ22LL01": "1000.00", "DE71KQ22LL02": "49.90"},
    ),
    "spaces and signs around amounts": (
        "Code;Montant initial;Solde restant\nFR71-KQ22-LL01;1 500,00 £;1\u202f234,50 £\n", {"FR71KQ22LL01": "1234.50"},
    ),
    "apostrophes of a spreadsheet": ("Code,Balance\n'0012345678,50.00\n", {"0012345678": "50.00"}),
    "formulas that keep zeros": ('Code,Balance\n="0012345678",50.00\n', {"0012345678": "50.00"}),
    "titles above the header": (
        "Gift card liability report,,\nGenerated 29/11/2026,,\n,,\nCode,Balance,Email\nTT71-KQ22-LL01,50.00,\n",
        {"TT71KQ22LL01": "50.00"},
    ),
    "a line that names the separator": ("sep=;\r\nCode;Solde\r\nFR71-KQ22-LL01;20,00\r\n", {"FR71KQ22LL01": "20.00"}),
    "a total under the list": (
        "Code,Balance,Expires\nTT71-KQ22-LL01,50.00,2037-12-31\nTT71-KQ22-LL02,25.00,\n,75.00,\n",
        {"TT71KQ22LL01": "50.00", "TT71KQ22LL02": "25.00"},
    ),
    "a total with its name": (
        "No,Code,Balance\n1,TT71-KQ22-LL01,50.00\nTotal,,75.00\n", {"TT71KQ22LL01": "50.00"},
    ),
    "a header on every page": (
        "Code,Balance\nTB77-KQ22-LL01,50.00\nCode,Balance\nTB77-KQ22-LL02,20.00\n",
        {"TB77KQ22LL01": "50.00", "TB77KQ22LL02": "20.00"},
    ),
    "two columns that say the same": (
        "Code,Balance,Current Balance\nTB77-KQ22-LL01,50.00,50.00\n", {"TB77KQ22LL01": "50.00"},
    ),
    "a balance in each currency": (
        "Code,Balance EUR,Balance GBP\nTB77-KQ22-LL01,60.00,50.00\n", {"TB77KQ22LL01": "50.00"},
    ),
    "recipients without addresses": (
        "Code,Balance,Recipient\nTB77-KQ22-LL01,50.00,Ann Smith\n", {"TB77KQ22LL01": "50.00"},
    ),
    "pence, as the heading says": ("Code,Balance (pence)\nTB77-KQ22-LL01,1250\n", {"TB77KQ22LL01": "12.50"}),
    "used up, as the status says": (
        "Code,Amount,Status\nTB77-KQ22-LL01,50.00,redeemed\nTB77-KQ22-LL02,50.00,active\n", {"TB77KQ22LL02": "50.00"},
    ),
    "delimiters at the end": ("Code,Balance\nTB77-KQ22-LL01,50.00,,\n", {"TB77KQ22LL01": "50.00"}),
    "lines within a cell": (
        'Code,Balance,Note\nTB77-KQ22-LL01,50.00,"Dear Ann,\nall the best"\nTB77-KQ22-LL02,20.00,\n',
        {"TB77KQ22LL01": "50.00", "TB77KQ22LL02": "20.00"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("contents", "cards"), MEANT.values(), ids=MEANT.keys())
def test_it_is_loaded_as_it_is_meant(imported, contents, cards):
    assert imported(contents)[0] == {code: D(value) for code, value in cards.items()}


ASKED = {
    "days or months first": ("Code,Balance,Expires\nUS71-KQ22-LL01,50.00,01/02/2038\n", "--dates"),
    "years of two figures": ("Code,Balance,Expires\nUS71-KQ22-LL01,50.00,27-12-28\n", "--dates"),
    "thousands or decimals": ("Code;Amount\nDE71-KQ22-LL01;1.000\nDE71-KQ22-LL02;500\n", "--decimal-sign"),
    "thousands among decimals": ("Code,Amount\nDE71-KQ22-LL01,1.000\nDE71-KQ22-LL02,49.90\n", "--decimal-sign"),
    "pence or pounds": ("Code,Amount\nDE71-KQ22-LL01,5000\nDE71-KQ22-LL02,2500\n", "--cents"),
    "pence with decimals": ("Code,Balance (pence)\nTB77-KQ22-LL01,12.50\n", "--cents"),
    "midnight": ("Code,Balance,Expires\nIS77-KQ22-LL01,50.00,2037-12-31T00:00:00Z\n", "--end-day"),
    "amounts of an unknown heading": (
        "Code,Value,Purse\nOS77-KQ22-LL01,50.00,20.00\nOS77-KQ22-LL02,50.00,50.00\n", '--ignore "Purse"',
    ),
    "whole amounts of an unknown heading": (
        "Code,Value,Purse\nOS77-KQ22-LL01,50,20\nOS77-KQ22-LL02,50,50\n", '--ignore "Purse"',
    ),
    "codes of an unknown heading": ("Foo,Value\nOS77-KQ22-LL01,50.00\nOS77-KQ22-LL02,50.00\n", '--column "Foo=code"'),
    "days ahead of an unknown heading": ("Code,Balance,Last Day\nTB77-KQ22-LL01,50.00,2037-12-31\n", '"Last Day=end"'),
    "bad words of an unknown heading": (
        "Code,Balance,Lifecycle\nDL77-KQ22-LL01,50.00,Live\nDL77-KQ22-LL02,25.00,Stolen\n", '"Lifecycle=status"',
    ),
    "two balances": ("Code,Balance,Available Balance\nTB77-KQ22-LL01,50.00,20.00\n", '"Balance=balance"'),
    "two columns of one heading": ("Code,Balance,Balance\nTB77-KQ22-LL01,50.00,20.00\n", '--ignore "3"'),
    "two codes": (
        "Code,Card Number,Balance\nTB77-KQ22-LL01,6006491234567890,50.00\nTB77-KQ22-LL02,6006491234567891,50.00\n",
        '"Card Number=code"',
    ),
    "two ends": ("Code,Balance,Expires At,Valid Until\nTB77-KQ22-LL01,5.00,2037-12-31,2038-12-31\n", "=end"),
    "how often or how much": ("Code,Value,Total Redeemed\nTB77-KQ22-LL02,50.00,2\n", '"Total Redeemed=used"'),
    "discounts among gift cards": (
        "Code,Voucher Type,Value\nVFY-77KQ2291,GIFT_VOUCHER,40.00\nVFY-77KQ2292,DISCOUNT_VOUCHER,20.00\n",
        '"Voucher Type',
    ),
    "numbers only, without a header": ("12345678,5000\n12345679,2500\n", "Answer with"),
}  # fmt: skip


@pytest.mark.parametrize(("contents", "option"), ASKED.values(), ids=ASKED.keys())
def test_what_can_be_read_in_two_ways_is_asked_with_the_option_that_answers_it(refused, contents, option):
    assert option in refused(contents)
    assert not GiftCardBatch.objects.exists()


REFUSED = {
    "euros among pounds": "Code,Balance\nCC71-KQ22-LL01,€50.00\nCC71-KQ22-LL02,EUR 40.00\n",
    "dollars": "Code,Balance\nUS71-KQ22-LL01,$50.00\n",
    "a heading in euros": "Code,Balance (EUR)\nUS71-KQ22-LL01,50.00\n",
    "a title in euros": "Gift cards (all amounts in EUR)\n\nCode,Balance\nTB77-KQ22-LL02,50.00\n",
    "a comma that is no separator": "Code,Balance\nTB77-KQ22-LL01,50,00\nTB77-KQ22-LL02,12,50\n",
    "what was used is no amount": "Code,Amount,Used\nDL77-KQ22-LL01,50.00,abc\nDL77-KQ22-LL02,25.00,5.00\n",
    "used, nobody says how much": "Code,Value,Used\nDL77-KQ22-LL01,50.00,No\nDL77-KQ22-LL02,25.00,Yes\n",
    "used so often": "Code,Value,Redemptions\nTB77-KQ22-LL02,50.00,2\n",
    "used some time": "Code,Value,Last Used\nTB77-KQ22-LL02,50.00,2026-01-01\n",
    "partly used": "Code,Amount,Status\nTB77-KQ22-LL01,50.00,partially redeemed\n",
    "used, with an empty balance": "redemption_code,amount,balance,redeemed_at\nRCLY7Q1AB,30.00,,2026-02-01\n",
    "a total that does not add up": "Code,Balance\nTT71-KQ22-LL01,50.00\nTT71-KQ22-LL02,25.00\n,99.00\n",
    "codes with an exponent": "Code,Balance\n1.23E+11,50.00\n",
    "codes that were rounded": (
        "Code,Balance\n9578001234567890,50.00\n9578001234567880,25.00\n9578001234567870,25.00\n"
    ),
    "codes that are masked": "Code,Balance\nXXXX-XXXX-XXXX-1234,50.00\n************5678,50.00\n",
    "a quotation mark without its end": 'Code,Balance,Note\nTB77-KQ22-LL01,50.00,"Dear Ann\nTB77-KQ22-LL02,20.00,\n',
    "a quotation mark over rows": (
        'Code,Balance,Note\nTB77-KQ22-LL01,50.00,"Dear Ann\nTB77-KQ22-LL02,20.00,\nTB77-KQ22-LL03,20.00,"\n'
    ),
    "a spreadsheet's error for a code": "Code,Balance\n#VALUE!,50.00\n",
    "a third decimal place among amounts": "Code;Betrag\nUS71-KQ22-LL01;12,345\nUS71-KQ22-LL02;5,50\n",
    "less than nothing": "Code,Balance\nUS71-KQ22-LL01,(50.00)\n",
}


@pytest.mark.parametrize("contents", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_meant_is_refused(refused, contents):
    assert refused(contents)


def test_an_answer_by_option_is_kept_and_said(imported):
    cards, said = imported("Code;Amount\nDE71-KQ22-LL01;1.000\nDE71-KQ22-LL02;500\n", "--decimal-sign=,")

    assert cards == {"DE71KQ22LL01": D("1000.00"), "DE71KQ22LL02": D("500.00")}
    assert "Decimal sign: comma (as chosen)." in said


def test_columns_are_chosen_and_ignored_by_option(imported):
    cards, said = imported("Foo,Value,Purse\nOS77-KQ22-LL01,50.00,20.00\n", "--column=Foo=code", "--ignore=Purse")

    assert cards == {"OS77KQ22LL01": D("50.00")}
    assert "Columns not used: “Purse”." in said


def test_what_is_made_anew_left_out_and_taken_for_granted_is_counted_in_words(imported):
    _cards, said = imported(
        "Code,Balance,Status,Shelf\nTT71-KQ22-LL01,50.00,active,\n,25.00,active,A\nTT71-KQ22-LL03,5.00,cancelled,\n"
        "Total,80.00,,\n"
    )

    assert "A new code is made for 1 card, whose row has none." in said
    assert "Not loaded: 1 rows (cancelled cards)." in said
    assert "Left out as totals of other rows: 1 rows." in said
    assert "2 of 2 cards never expire." in said
    assert "Columns not used: “Shelf”." in said


def test_new_codes_for_all_cards_are_said(imported):
    assert "No column has codes: new codes are made for all 2 cards." in imported("amount\n5\n6\n")[1]


def test_a_card_is_valid_until_its_end_begins_if_that_is_chosen(imported):
    imported("Code,Balance,Expires\nIS77-KQ22-LL01,50.00,2037-01-31T00:00:00Z\n", "--end-day=excluded")

    assert Account.objects.get(code="IS77KQ22LL01").end_date.isoformat() == "2037-01-31T00:00:00+00:00"


def test_a_single_cell_in_another_encoding_does_not_damage_the_others(imported):
    imported("Code,Balance,Note\nEN71-KQ22-LL01,50.00,Grüße an Zoë\nEN71-KQ22-LL02,25.00,".encode() + b"caf\xe9\n")

    assert set(Account.objects.filter(batch__isnull=False).values_list("description", flat=True)) == {
        "Grüße an Zoë",
        "café",
    }


# --- Beyond the rows that are looked at first -----------------------------------------------------------------------


def rows_before(*last):
    return "Code,Balance,Expires\n" + "".join(f"FAR7-{n:04}-KQ22,5.00,\n" for n in range(300)) + "\n".join(last) + "\n"


def test_an_open_date_far_down_is_asked_about(refused):
    assert "01/02/2038" in refused(rows_before("FAR7-9999-KQ22,5.00,01/02/2038"))
    assert GiftCardBatch.objects.get().state == GiftCardBatch.State.FAILED


def test_an_open_amount_far_down_is_asked_about(refused):
    assert "1.000" in refused(rows_before("FAR7-9999-KQ22,1.000,"))


# --- Spreadsheets -----------------------------------------------------------------------------------------------------


def formatted(cell, number_format):
    def change(active, book):
        active[cell].number_format = number_format

    return change


@pytest.mark.parametrize(
    ("number_format", "code"),
    [("0000000000", "0012345678"), ('"GC-"000000000', "GC012345678"), ("0000-000000", "0012345678")],
)
def test_codes_are_read_as_the_spreadsheet_shows_them(imported, number_format, code):
    file = sheet(["Code", "Balance"], [12345678, 50], change=formatted("A2", number_format))
    assert imported(file, name="x.xlsx")[0] == {code: D("50.00")}


def test_a_number_shown_in_euros_is_in_euros(refused):
    file = sheet(["Code", "Balance"], ["TB77-KQ22-LL01", 50], change=formatted("B2", "#,##0.00 [$€-407]"))
    assert "1 errors" in refused(file, name="x.xlsx")


def test_a_number_shown_with_decimals_is_no_number_of_pence(imported):
    file = sheet(["Code", "Balance"], ["TB77-KQ22-LL01", 5000], change=formatted("B2", "0.00"))
    assert imported(file, name="x.xlsx")[0] == {"TB77KQ22LL01": D("5000.00")}


def test_days_that_a_spreadsheet_counts_are_read(imported):
    imported(sheet(["Code", "Balance", "Expires"], ["XX71-KQ22-LL01", 50, 50405]), name="x.xlsx")
    assert Account.objects.get(code="XX71KQ22LL01").end_date.date().isoformat() == "2038-01-01"


def test_the_sheet_with_the_cards_is_read_and_the_others_are_named(imported):
    def change(active, book):
        cards = book.create_sheet("Gift Cards")
        cards.append(["Code", "Balance"])
        cards.append(["XX71-KQ22-LL09", 50])

    cards, said = imported(sheet(["Exported by us"], change=change), name="x.xlsx")

    assert cards == {"XX71KQ22LL09": D("50.00")}
    assert "Read from the sheet “Gift Cards”. Sheets not read: Sheet." in said


def test_two_sheets_with_cards_are_asked_about(refused, imported):
    def change(active, book):
        old = book.create_sheet("Old")
        old.append(["Code", "Balance"])
        old.append(["TB77-KQ22-LL02", 20])

    file = sheet(["Code", "Balance"], ["TB77-KQ22-LL01", 50], change=change)

    assert "--sheet" in refused(file, name="x.xlsx")
    assert imported(file, "--sheet=Old", name="x.xlsx")[0] == {"TB77KQ22LL02": D("20.00")}


def test_hidden_rows_are_asked_about(refused, imported):
    def change(active, book):
        active.row_dimensions[3].hidden = True

    file = sheet(["Code", "Balance"], ["TB77-KQ22-LL01", 50], ["TB77-KQ22-LL02", 20], change=change)

    assert "--hidden-rows" in refused(file, name="x.xlsx")
    cards, said = imported(file, "--hidden-rows=leave-out", name="x.xlsx")
    assert cards == {"TB77KQ22LL01": D("50.00")}
    assert "Left out, because the spreadsheet hides them or strikes them through: 1 rows." in said


@pytest.mark.parametrize(
    "file",
    [
        sheet(["Code", "Balance"], ["TB77-KQ22-LL01", "=20+5"]),
        sheet(["Code", "Balance"], [9578001234567891, 50]),
        sheet(
            ["Code", "Balance"], ["A7-KQ22-LL01", 50], [None, 50], change=lambda active, _: active.merge_cells("A2:A3")
        ),
    ],
    ids=["a formula without its result", "a code of sixteen figures", "cells over two rows"],
)
def test_what_a_spreadsheet_has_lost_is_refused(refused, file):
    assert refused(file, name="x.xlsx")

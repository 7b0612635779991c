"""Files as other systems write them: recognised, and read as they are meant."""

import datetime
import io
from decimal import Decimal as D

import pytest
from openpyxl import Workbook

from accounts_ledger.imports import values
from accounts_ledger.imports.headings import meaning
from accounts_ledger.imports.sniff import sniff
from accounts_ledger.models import Account
from tests.accounts_ledger.imports.conftest import problems


def reading_of(text, encoding="utf-8"):
    return sniff(io.BytesIO(text.encode(encoding)))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "ID,Code,Recipient,Sender,Sender E-mail,Message,Issued value,Balance,Order ID,Create date,Delivery date,"
            "Expiration date,Redeemed date,Status (on/off),Currency",
            {"Code": "code", "Recipient": "email", "Issued value": "initial", "Balance": "balance",
             "Expiration date": "end", "Status (on/off)": "status", "Currency": "currency", "Order ID": ""},
        ),
        (
            "Code,Balance,Initial Balance,Purchaser Name,Purchaser Email,Recipient Name,Recipient Email,Price,"
            "Item Name,Issued On,Expires On,Valid From",
            {"Balance": "balance", "Initial Balance": "initial", "Recipient Email": "email", "Purchaser Email": "",
             "Expires On": "end", "Valid From": "start", "Price": ""},
        ),
        (
            "initial_value,email,customer_id,code,expires_on,note,message",
            {"initial_value": "initial", "email": "email", "code": "code", "expires_on": "end", "note": "description"},
        ),
        (
            "Code,Amount,Note,ExpiresOn,CustomerEmail",
            {"Amount": "initial", "ExpiresOn": "end", "CustomerEmail": "email"},
        ),
        (
            "Code,Amount,Amount Used,Amount Remaining,Currency,Status,Expires At,Customer Email",
            {"Amount": "initial", "Amount Used": "used", "Amount Remaining": "balance", "Expires At": "end"},
        ),
        (
            "code,status,date_created,date_expires,website_id,balance,state,is_redeemable",
            {"code": "code", "status": "status", "date_expires": "end", "balance": "balance",
             "is_redeemable": "redeemable", "website_id": ""},
        ),
        (
            "Gift card code,Test mode card,Creation date,Expiry date,Special terms and conditions,Currency,"
            "Current value",
            {"Gift card code": "code", "Test mode card": "test", "Expiry date": "end", "Current value": "balance",
             "Special terms and conditions": "description"},
        ),
        (
            "id,redemption_code,amount,balance,currency",
            {"redemption_code": "code", "amount": "initial", "balance": "balance"},
        ),
        (
            "code,currency_code,balance_cents,balance_max_cents,status,expires_at,recipient_email,reference",
            {"currency_code": "currency", "balance_cents": "balance", "balance_max_cents": "initial",
             "recipient_email": "email"},
        ),
    ],
    ids=["WooCommerce", "Gift Up!", "Shopify app", "Shopify app 2", "Spree", "Magento", "pretix", "Recurly",
         "Commerce Layer"],
)  # fmt: skip
def test_the_columns_of_other_systems_are_recognised(header, expected):
    assert {heading: meaning(heading).key for heading in expected} == expected


def test_a_file_without_a_header_is_recognised_by_what_is_in_it():
    reading = reading_of("PWGC-AAAA-1111,25.00,2027-12-31,ann@example.com\nPWGC-BBBB-2222,50.00,,bob@example.com\n")
    assert not reading.has_header
    assert reading.columns == ("code", "balance", "end", "email")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_recognised(separator):
    assert reading_of(separator.join(("code", "amount")) + "\n" + separator.join(("AB", "1"))).separator == separator


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_recognised(encoding, loaded):
    batch = loaded("code,amount,description\nALPHA-BRAVO-77,5,Grüße für Zoë\n".encode(encoding))
    assert batch.accounts.get().description == "Grüße für Zoë"


@pytest.mark.parametrize(
    ("dates", "order"),
    [("31/12/2027", "dmy"), ("12/31/2027", "mdy"), ("05/06/2027", "dmy"), ("2027-12-31", "dmy")],
)
def test_the_order_of_dates_is_detected(dates, order):
    assert reading_of(f"code,amount,end\nAB,1,{dates}\n").date_order == order


@pytest.mark.parametrize(
    ("amount", "sign"), [("1.234,50", ","), ("12,50", ","), ("1,234.50", "."), ("12.50", "."), ("5", ".")]
)
def test_the_decimal_sign_is_detected(amount, sign):
    assert reading_of(f"code;amount\nAB;{amount}\n").decimal_sign == sign


@pytest.mark.parametrize(
    ("text", "sign", "amount"),
    [
        ("1,234.50", ".", "1234.50"), ("1.234,50", ",", "1234.50"), ("£50", ".", "50"), ("50.00 GBP", ".", "50.00"),
        ("US$ 7.5", ".", "7.5"), ("1 234,50 €", ",", "1234.50"), ("1'234.50", ".", "1234.50"), (".5", ".", "0.5"),
        ("-3", ".", "-3"), ("0", ".", "0"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text, sign, amount):
    assert values.amount(text, sign) == D(amount)


@pytest.mark.parametrize(
    "text", ["", "abc", "1,23.4", "1e5", "1.23E+11", "NaN", "Infinity", "٣", "1 2", "--1", "1" * 60]
)
def test_what_is_no_amount_is_said_to_be_none(text):
    with pytest.raises(ValueError, match=r"amount|spreadsheet"):
        values.amount(text, ".")


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("31/12/2027", "dmy", datetime.date(2027, 12, 31)), ("12/31/2027", "mdy", datetime.date(2027, 12, 31)),
        ("2027-12-31", "mdy", datetime.date(2027, 12, 31)), ("2027-12-31 00:00:00", "dmy", datetime.date(2027, 12, 31)),
        ("31 Dec 2027", "mdy", datetime.date(2027, 12, 31)), ("December 31, 2027", "dmy", datetime.date(2027, 12, 31)),
        ("0", "dmy", None), ("", "dmy", None), ("never", "dmy", None), ("0000-00-00", "dmy", None),
    ],
)  # fmt: skip
def test_dates_are_read_in_the_chosen_order(text, order, day):
    assert values.date(text, order) == day


@pytest.mark.parametrize(
    "text", ["31/02/2027", "2027-13-01", "99/99/9999", "tomorrow", "1/1/1", "2027-02-30T10:00:00Z"]
)
def test_days_that_do_not_exist_are_refused(text):
    with pytest.raises(ValueError, match=r"day|date"):
        values.date(text, "dmy")


def test_what_is_left_on_a_card_is_loaded_not_its_first_value(loaded):
    batch = loaded("Code,Amount,Amount Used,Amount Remaining\nALPHA-BRAVO-77,£50.00,£30.00,£20.00\n")
    assert batch.value == D("20.00")


def test_without_a_column_of_what_is_left_what_was_used_is_taken_off(loaded):
    assert loaded("Code,Amount,Amount Used\nALPHA-BRAVO-77,50.00,30.00\n").value == D("20.00")


def test_an_empty_balance_is_an_error_where_it_may_mean_anything(checked):
    batch = checked("code,initial value,balance\nALPHA-BRAVO-77,50.00,\n")
    assert problems(batch) == [(2, "balance", "The value is missing.")]


def test_an_empty_balance_means_unused_where_the_system_is_known_to_say_so(loaded):
    assert loaded("redemption_code,amount,balance\nALPHA-BRAVO-77,50.00,\n").value == D("50.00")


def test_cents_are_recognised_where_the_format_says_so(loaded):
    assert loaded("code,currency_code,balance_cents\nALPHA-BRAVO-77,GBP,1250\n").value == D("12.50")


def test_a_card_is_valid_through_its_last_day(loaded):
    batch = loaded("code,amount,expires_on\nALPHA-BRAVO-77,5,2027-07-31\n")
    # Midnight in London, where it is summer.
    assert batch.accounts.get().end_date == datetime.datetime(2027, 7, 31, 23, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("row", "condition"),
    [
        ("off,no,10,", "disabled"), ("on,yes,10,", "test"), ("cancelled,no,10,", "cancelled"),
        ("on,no,10,2020-01-01", "expired"), ("on,no,0,", "empty"), ("expired,no,10,", "expired"),
    ],
)  # fmt: skip
def test_cards_that_are_not_good_never_become_money_that_can_be_spent(checked, row, condition):
    header = "status,test mode card,balance,expires_on,code\n"
    batch = checked(f"{header}{row},ALPHA-BRAVO-77\n", treatment=dict.fromkeys(
        ("disabled", "test", "cancelled", "expired", "empty"), "skip"
    ))  # fmt: skip
    assert (batch.cards, batch.totals["skipped"]) == (0, {condition: 1})


def test_by_choice_they_refuse_the_file(checked):
    batch = checked(
        "code,balance,status\nALPHA-BRAVO-77,10,cancelled\n",
        treatment={
            "disabled": "refuse",
            "test": "refuse",
            "cancelled": "refuse",
            "expired": "refuse",
            "empty": "refuse",
        },
    )
    assert batch.problems_found == 1


def test_a_card_said_to_be_used_up_with_value_left_is_an_error(checked):
    batch = checked("code,balance,status\nALPHA-BRAVO-77,10,redeemed\n")
    assert [column for _row, column, _message in problems(batch)] == ["status"]


def test_an_unknown_status_is_an_error(checked):
    assert checked("code,balance,status\nALPHA-BRAVO-77,10,quantum\n").problems_found == 1


def test_a_currency_that_is_not_the_batchs_is_an_error(checked):
    batch = checked("code,balance,currency\nALPHA-BRAVO-77,10,USD\n")
    assert [column for _row, column, _message in problems(batch)] == ["currency"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("ALPHA-BRAVO-77,-5,,", "amount"), ("ALPHA-BRAVO-77,1.0055,,", "amount"), ("ALPHA-BRAVO-77,,,", "amount"),
        ("ALPHA-BRAVO-77,99999999999999,,", "amount"), ("1.23E+11,5,,", "code"), ("1234,5,,", "code"),
        ("AAAAAAAAAAAA,5,,", "code"), ("ПРИВЕТ-ПРИВЕТ,5,,", "code"), (f"{'A1B2' * 40},5,,", "code"),
        ("ALPHA-BRAVO-77,5,31/02/2027,", "end"), ("ALPHA-BRAVO-77,5,,nobody", "email"),
    ],
)  # fmt: skip
def test_every_error_names_its_row_and_column(checked, row, column):
    batch = checked(f"code,amount,end,email\n{row}\n")
    assert [(number, where) for number, where, _message in problems(batch)] == [(2, column)]


def test_a_typo_in_one_of_our_own_codes_is_found(checked):
    from accounts_ledger import codes

    code = codes.make("GC")
    typo = code[:5] + next(character for character in codes.ALPHABET if character != code[5]) + code[6:]
    assert checked(f"code,amount\n{typo},5\n").problems_found == 1
    assert checked(f"code,amount\n{code},5\n").problems_found == 0


def test_the_second_of_two_equal_codes_is_an_error_whatever_its_case_and_dashes(checked):
    batch = checked("code,amount\nALPHA-BRAVO-77,5\nalphabravo77,5\n")
    assert problems(batch) == [(3, "code", "The same code is in row 2.")]


def test_codes_in_errors_are_masked(checked, bank):
    checked("code,amount\nALPHA-BRAVO-77,5\nALPHA-BRAVO-77,5\n")
    from accounts_ledger.models import BatchProblem

    assert "ALPHA" not in BatchProblem.objects.get().value


def test_an_owner_who_is_a_user_becomes_the_primary_user(loaded, django_user_model):
    ann = django_user_model.objects.create_user("ann", "Ann@Example.com")
    card = loaded("amount,email\n5,ann@example.COM\n").accounts.get()
    assert (card.primary_user, card.holder_email) == (ann, "")


def test_the_address_of_an_owner_who_is_no_user_is_kept_on_the_card(loaded):
    card = loaded("amount,email\n5,bob@example.com\n").accounts.get()
    assert (card.primary_user, card.holder_email) == (None, "bob@example.com")


def test_spreadsheets_are_read(loaded):
    book = Workbook()
    book.active.append(["code", "amount", "expires on"])
    book.active.append(["ALPHA-BRAVO-77", 12.5, datetime.datetime(2027, 12, 31)])
    book.active.append([123456789012, 20, None])
    file = io.BytesIO()
    book.save(file)

    batch = loaded(file.getvalue(), name="cards.xlsx")

    assert dict(batch.accounts.values_list("code", "balance")) == {
        "ALPHABRAVO77": D("12.50"),
        "123456789012": D("20.00"),
    }


def test_a_description_is_no_longer_than_people_may_type(checked):
    longest = "x" * Account.LONGEST_DESCRIPTION
    batch = checked(f"amount,description\n5,{longest}\n6,{longest}x\n")
    assert problems(batch) == [(3, "description", "A description may have at most 2000 characters.")]


def test_totals_are_those_of_the_cards_to_be_loaded(checked):
    batch = checked("code,amount\nALPHA-BRAVO-77,5\nCHARLIE-DELTA-99,7.50\n")
    assert (batch.rows, batch.cards, batch.totals["value"]) == (2, 2, "12.50")
    assert (batch.totals["smallest"], batch.totals["largest"]) == ("5.00", "7.50")

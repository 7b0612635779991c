"""The list of accounts: what it shows, finds, and costs."""

import datetime
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts_ledger import chart, facade
from accounts_ledger.models import Account, GiftCardBatch, Transfer

pytestmark = pytest.mark.usefixtures("books")

LIST = "/admin/accounts_ledger/account/"


@pytest.fixture
def ada(db):
    return get_user_model().objects.create_user("ada", "ada@example.com", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def card(bank, ada):
    return facade.issue(bank, D("50.00"), code="ABCD2345EFGH", primary_user=ada, name="Ada's birthday")


@pytest.fixture
def other(bank):
    return facade.issue(bank, D("20.00"), code="WXYZ9876STUV")


def found(client, **query) -> set[int]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return {account.pk for account in response.context["cl"].result_list}


@pytest.mark.parametrize(
    "term",
    [
        "ada's birth",
        "birthday Ada's",
        "ada@example.com",
        "lovelace",
        "Ada Love",
        "100042",
    ],
)
def test_an_account_is_found_by_what_people_have_at_hand(boss_client, card, other, redemptions, term):
    facade.transfer(card, redemptions, D("5"), merchant_reference="100042", kind=Transfer.Kind.REDEMPTION)

    assert found(boss_client, q=term) == {card.pk}


@pytest.mark.parametrize("term", ["ABCD", "2345EFGH", "ABCD2345EFG", "no such thing", "%", "_", "'; DROP TABLE"])
def test_a_part_of_a_code_finds_nothing(boss_client, card, other, term):
    assert found(boss_client, q=term) == set()


def test_a_shared_account_is_found_by_those_it_is_shared_with(boss_client, other, ada):
    other.secondary_users.add(ada)

    assert found(boss_client, q="lovelace") == {other.pk}


@pytest.fixture
def batch(bank, card):
    made = GiftCardBatch.objects.create(
        name="Spring give-away",
        file_name="spring.csv",
        source=bank,
        account_type=chart.deferred_income_types()[0],
    )
    Account.objects.filter(pk=card.pk).update(batch=made)
    return made


def test_the_accounts_of_a_batch_are_found_by_its_reference_name_and_file(boss_client, card, other, batch):
    for term in (batch.reference, batch.reference.lower(), "give-away", "spring.csv"):
        assert found(boss_client, q=term) == found(boss_client, batch=term) == {card.pk}


def test_an_account_is_found_by_whom_it_was_made_for(boss_client, card, other):
    Account.objects.filter(pk=other.pk).update(holder_email="grace@example.com")

    assert found(boss_client, q="grace@ex") == {other.pk}
    assert "grace@example.com" in boss_client.get(LIST).content.decode()


def test_codes_are_masked(boss_client, card, other):
    content = boss_client.get(LIST).content.decode()

    assert "WXYZ9876STUV" not in content
    assert "••••TUV" in content


def test_a_type_stands_for_all_below_it(boss_client, card, other, bank):
    gift_cards = chart.deferred_income_types()[0]
    Account.objects.filter(pk=card.pk).update(account_type=gift_cards)

    liabilities = gift_cards.get_root()
    assert found(boss_client, account_type=liabilities.pk) == {card.pk}
    assert bank.pk in found(boss_client, account_type=bank.account_type.get_root().pk)


def test_accounts_are_filtered_by_balance(boss_client, card, other):
    assert found(boss_client, balance_from="20", balance_to="49.99") == {other.pk}


def test_accounts_are_filtered_by_status(boss_client, card, other):
    facade.freeze(other)

    assert found(boss_client, status="Frozen") == {other.pk}


@pytest.mark.parametrize(
    ("days", "windows"),
    [
        (-1, {"expired"}),
        (0, {"30", "60", "90"}),
        (30, {"30", "60", "90"}),
        (31, {"60", "90"}),
        (90, {"90"}),
        (91, set()),
        (None, {"open"}),
    ],
)
def test_accounts_are_filtered_by_when_they_expire(boss_client, bank, days, windows):
    day = None if days is None else timezone.localdate() + datetime.timedelta(days=days)
    card = facade.issue(bank, D("5"), end_date=day)

    within = {
        window for window in ("expired", "30", "60", "90", "open") if card.pk in found(boss_client, expiry=window)
    }
    assert within == windows


def test_accounts_are_filtered_by_the_day_they_were_created(boss_client, card):
    today = timezone.localdate()

    assert card.pk in found(boss_client, date_created_from=today.isoformat(), date_created_to=today.isoformat())
    tomorrow = today + datetime.timedelta(days=1)
    assert found(boss_client, date_created_from=tomorrow.isoformat()) == set()


def test_accounts_are_filtered_by_whether_somebody_holds_them(boss_client, card, other):
    assert found(boss_client, holder="yes") == {card.pk}
    assert other.pk in found(boss_client, holder="no")
    assert card.pk not in found(boss_client, holder="no")


def test_there_is_a_filter_by_currency_where_there_are_several(boss_client, card, settings):
    assert 'name="currency"' not in boss_client.get(LIST).content.decode()
    settings.ACCOUNTS_OTHER_CURRENCIES = ["EUR"]
    chart.init()

    assert found(boss_client, currency="EUR") == set(
        Account.objects.filter(currency="EUR").values_list("pk", flat=True)
    )


@pytest.mark.parametrize("column", range(1, 10))
@pytest.mark.parametrize("direction", ["", "-"])
def test_every_column_sorts(boss_client, card, other, column, direction):
    response = boss_client.get(LIST, {"o": f"{direction}{column}"})

    assert response.status_code == 200
    assert response.context["cl"].get_ordering_field_columns() == {column: "desc" if direction else "asc"}


@pytest.mark.parametrize(
    "query",
    [
        {"balance_from": "abc"},
        {"balance_from": "NaN", "balance_to": "1e999"},
        {"status": "Nonsense"},
        {"account_type": "abc"},
        {"account_type": "9" * 30},
        {"expiry": "1000"},
        {"date_created_from": "2026-13-45"},
        {"date_created_to": "9999-12-31"},
        {"holder": "\x00"},
        {"batch": "\x00"},
        {"batch": "x" * 5000},
        {"q": "\x00"},
        {"q": "x" * 10_000},
        {"q": "\U0001f4b3 \u202e"},
        {"p": "abc"},
        {"p": "99999999"},
        {"o": "99.-1.abc"},
        {"all": ""},
        {"id__in": "abc"},
    ],
)
def test_a_list_asked_for_with_nonsense_answers(boss_client, card, query):
    response = boss_client.get(LIST, query, follow=True)

    assert response.status_code == 200


def test_the_list_needs_the_permission_to_view_accounts(staff_client, card):
    assert staff_client("view_transfer").get(LIST).status_code == 403


def test_the_number_of_rows_a_page_is_a_setting(boss_client, card, other, settings):
    settings.OSCAR_ACCOUNTS_DASHBOARD_ITEMS_PER_PAGE = 2

    assert len(found(boss_client)) == 2


def test_the_list_costs_as_many_queries_for_many_accounts_as_for_few(
    boss_client, bank, ada, django_assert_max_num_queries
):
    account_type = chart.deferred_income_types()[0]
    for _number in range(19):
        facade.issue(bank, D("5"), primary_user=ada, account_type=account_type)
    boss_client.get(LIST)

    with django_assert_max_num_queries(10):
        boss_client.get(LIST)


def test_expiry_reads_as_people_say_it(boss_client, bank):
    facade.issue(bank, D("5"), end_date=timezone.localdate() + datetime.timedelta(days=12))

    assert "in 12 days" in boss_client.get(LIST).content.decode()


def test_superusers_alone_are_offered_what_superusers_may_do(staff_client, card):
    content = staff_client("view_account").get(LIST).content.decode()

    for action in ("top-up", "withdraw", "transfer-out", "freeze", "extend", "replace", "close-expired", "export/"):
        assert f"/{action}" not in content

"""Staff add an account and load it."""

import datetime
import re
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts_ledger import chart
from accounts_ledger.models import Account, AccountType, Transfer
from tests.confirming import review

pytestmark = pytest.mark.usefixtures("books")

ADD = "/admin/accounts_ledger/account/add/"


def form(client, **given) -> dict:
    key = re.search(r'name="one_time_key" value="([\w-]+)"', client.get(ADD).content.decode())[1]
    data = {
        "one_time_key": key,
        "account_type": chart.deferred_income_types()[0].pk,
        "source": chart.bank().pk,
        "amount": "25.00",
        "can_be_used_for_non_products": "on",
    }
    return review(client, ADD, {**data, **given})


def issued() -> Account:
    return Account.objects.get(chart_code=None)


def test_a_new_account_is_loaded_and_has_a_code(boss_client, bank):
    day = timezone.localdate() + datetime.timedelta(days=365)
    holder = get_user_model().objects.create_user("ada", "ada@example.com")

    response = boss_client.post(
        ADD, form(boss_client, name="Prize", holder="ADA@example.com", end_date=day.isoformat()), follow=True
    )

    card = issued()
    assert (card.name, card.balance, card.primary_user, card.code[:2]) == ("Prize", D("25.00"), holder, "GC")
    assert Transfer.objects.get().username == "boss"
    assert card.history.first().history_user.username == "boss"
    assert "£25.00" in response.content.decode()
    assert card.code not in response.content.decode()


def test_an_account_can_be_made_for_somebody_who_is_no_customer_yet(boss_client):
    boss_client.post(ADD, form(boss_client, holder="new@example.com"))

    assert (issued().primary_user, issued().holder_email) == (None, "new@example.com")


def test_the_description_is_the_accounts_for_customers_to_read(boss_client):
    boss_client.post(ADD, form(boss_client, description="With our thanks. " * 40))

    assert issued().description == ("With our thanks. " * 40).strip()
    assert Transfer.objects.get().description is None


def test_a_double_click_makes_one_account(boss_client):
    data = form(boss_client, name="Prize")

    first, second = boss_client.post(ADD, data), boss_client.post(ADD, data)

    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert Account.objects.filter(chart_code=None).count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"amount": ""},
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "NaN"},
        {"amount": "1e400"},
        {"amount": "9" * 40},
        {"amount": "12.345"},
        {"account_type": ""},
        {"account_type": "abc"},
        {"account_type": "9" * 40},
        {"source": "abc"},
        {"source": "9" * 40},
        {"name": "x" * 129},
        {"name": "nul \x00"},
        {"name": "Bank"},
        {"holder": "nobody at all"},
        {"holder": "nobody@" + "x" * 250 + ".com"},
        {"holder": "\x00"},
        {"holder": "x" * 5000},
        {"start_date": "2026-02-30"},
        {"start_date": "9999-12-31"},
        {"start_date": "2027-01-02", "end_date": "2027-01-01"},
        {"end_date": "abc"},
        {"description": "nul \x00"},
        {"description": "x" * 2001},
        {"one_time_key": ""},
        {"one_time_key": "\x00"},
    ],
)
def test_bad_values_are_refused_on_the_form(boss_client, given):
    response = boss_client.post(ADD, form(boss_client, **given))

    assert response.status_code == 422
    assert not Account.objects.filter(chart_code=None).exists()


def test_an_account_type_of_the_core_accounts_cannot_be_chosen(boss_client):
    assets = AccountType.objects.get(code=chart.CASH)

    assert boss_client.post(ADD, form(boss_client, account_type=assets.pk)).status_code == 422


def test_the_limits_of_the_site_are_kept(boss_client, settings):
    settings.ACCOUNTS_MAX_INITIAL_VALUE = D("20")

    response = boss_client.post(ADD, form(boss_client))

    assert response.status_code == 422
    assert "£20.00" in response.content.decode()


def test_with_one_type_there_is_nothing_to_choose(boss_client):
    for extra in list(chart.deferred_income_types())[1:]:
        extra.delete()

    assert '<select name="account_type"' not in boss_client.get(ADD).content.decode()
    boss_client.post(ADD, form(boss_client, account_type=""))
    assert issued().account_type == chart.deferred_income_types()[0]


def test_without_a_source_the_page_says_what_to_do(boss_client):
    Account.objects.filter(credit_limit=None).update(status=Account.FROZEN)

    response = boss_client.get(ADD, follow=True)

    assert "No account that can fund a load is open" in response.content.decode()


def test_without_a_chart_of_accounts_the_page_says_what_to_do(boss_client):
    Account.objects.all().delete()

    response = boss_client.get(ADD, follow=True)

    assert "init_accounts" in response.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_adding_needs_the_permission_to_issue(staff_client, method):
    client = staff_client("view_account", "change_account", "add_account")

    assert getattr(client, method)(ADD).status_code == 403

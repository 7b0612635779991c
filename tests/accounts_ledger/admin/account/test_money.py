"""Staff top up, withdraw and transfer from the page of an account."""

import re
from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts_ledger import chart, facade
from accounts_ledger.models import Account, Transfer
from tests.confirming import review

pytestmark = pytest.mark.usefixtures("books")

HOSTILE_AMOUNTS = [
    "",
    "0",
    "-5",
    "abc",
    "NaN",
    "sNaN",
    "Infinity",
    "1e400",
    "1e-9",
    "12.345",
    "9" * 40,
    "½",
    "\x00",
    "5,00.00",
]


def page(action: str, account: Account) -> str:
    return reverse(f"admin:accounts_ledger_account_{action}", args=(account.pk,))


def key_of(response) -> str:
    return re.search(r'name="one_time_key" value="([\w-]+)"', response.content.decode())[1]


def form(client, url: str, **given) -> dict:
    data = {"one_time_key": key_of(client.get(url)), "description": "Because", "merchant_reference": "", **given}
    return review(client, url, data) if "_confirm" in given else data


@pytest.fixture
def card(bank):
    return facade.issue(bank, D("50.00"))


def test_a_top_up_is_shown_before_it_is_done(boss_client, card, bank):
    url = page("top_up", card)

    response = boss_client.post(url, form(boss_client, url, source=bank.pk, amount="25"))

    assert "£75.00" in response.content.decode()
    card.refresh_from_db()
    assert card.balance == D("50.00")


def test_a_confirmed_top_up_moves_the_money(boss_client, card, bank):
    url = page("top_up", card)

    response = boss_client.post(url, form(boss_client, url, source=bank.pk, amount="25", _confirm="1"), follow=True)

    card.refresh_from_db()
    assert card.balance == D("75.00")
    transfer = Transfer.objects.get(kind=Transfer.Kind.TOP_UP)
    assert (transfer.source, transfer.destination, transfer.username) == (bank, card, "boss")
    assert reverse("admin:accounts_ledger_transfer_change", args=(transfer.pk,)) in response.content.decode()


def test_going_back_from_the_confirmation_moves_nothing(boss_client, card, bank):
    url = page("top_up", card)

    boss_client.post(url, form(boss_client, url, source=bank.pk, amount="25", _confirm="1", _change=""))

    card.refresh_from_db()
    assert card.balance == D("50.00")


def test_a_double_click_tops_up_once(boss_client, card, bank):
    url = page("top_up", card)
    data = form(boss_client, url, source=bank.pk, amount="25", _confirm="1")

    first, second = boss_client.post(url, data), boss_client.post(url, data)

    card.refresh_from_db()
    assert card.balance == D("75.00")
    assert (first.status_code, second.status_code) == (302, 302)


def test_a_double_click_up_to_the_limit_tops_up_once_and_does_not_complain(boss_client, card, bank, settings):
    settings.ACCOUNTS_MAX_ACCOUNT_VALUE = D("75")
    url = page("top_up", card)
    data = form(boss_client, url, source=bank.pk, amount="25", _confirm="1")

    assert [boss_client.post(url, data).status_code for _click in range(2)] == [302, 302]
    card.refresh_from_db()
    assert card.balance == D("75.00")


def test_a_used_form_with_another_amount_is_refused_with_an_explanation(boss_client, card, bank):
    url = page("top_up", card)
    data = form(boss_client, url, source=bank.pk, amount="25", _confirm="1")
    boss_client.post(url, data)

    response = boss_client.post(url, {**data, "amount": "30"})

    assert response.status_code == 422
    assert "already been submitted" in response.content.decode()
    card.refresh_from_db()
    assert card.balance == D("75.00")


def test_a_withdrawal_takes_value_back_to_the_source(boss_client, card, bank):
    url = page("withdraw", card)

    boss_client.post(url, form(boss_client, url, source=bank.pk, amount="20", _confirm="1"))

    card.refresh_from_db()
    assert card.balance == D("30.00")
    assert Transfer.objects.get(kind=Transfer.Kind.WITHDRAWAL).destination == bank


def test_a_withdrawal_beyond_the_balance_is_refused_on_the_form(boss_client, card, bank):
    url = page("withdraw", card)

    response = boss_client.post(url, form(boss_client, url, source=bank.pk, amount="50.01", _confirm="1"))

    assert response.status_code == 422
    assert "£50.00" in response.content.decode()


def test_a_top_up_beyond_the_limit_is_refused_on_the_form(boss_client, card, bank, settings):
    settings.ACCOUNTS_MAX_ACCOUNT_VALUE = D("60")
    url = page("top_up", card)

    response = boss_client.post(url, form(boss_client, url, source=bank.pk, amount="11", _confirm="1"))

    assert response.status_code == 422
    assert "£60.00" in response.content.decode()


@pytest.mark.parametrize("action", ["top_up", "withdraw"])
@pytest.mark.parametrize("amount", HOSTILE_AMOUNTS)
def test_hostile_amounts_are_refused_on_the_form(boss_client, card, bank, action, amount):
    url = page(action, card)

    response = boss_client.post(url, form(boss_client, url, source=bank.pk, amount=amount, _confirm="1"))

    assert response.status_code == 422
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("source", ["", "0", "-1", "abc", "9" * 30, "\x00"])
def test_unknown_sources_are_refused_on_the_form(boss_client, card, source):
    url = page("top_up", card)

    response = boss_client.post(url, form(boss_client, url, source=source, amount="5", _confirm="1"))

    assert response.status_code == 422


def test_a_customers_account_is_no_source(boss_client, card, bank):
    other = facade.issue(bank, D("10"))
    url = page("top_up", card)

    response = boss_client.post(url, form(boss_client, url, source=other.pk, amount="5", _confirm="1"))

    assert response.status_code == 422


@pytest.mark.parametrize("field", ["description", "merchant_reference"])
@pytest.mark.parametrize("text", ["x" * 5000, "nul \x00 nul"])
def test_texts_that_cannot_be_stored_are_refused_on_the_form(boss_client, card, bank, field, text):
    url = page("top_up", card)

    response = boss_client.post(url, form(boss_client, url, source=bank.pk, amount="5", _confirm="1", **{field: text}))

    assert response.status_code == 422
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("key", ["", "short", "ä" * 22, "x" * 5000])
def test_a_form_without_a_proper_key_moves_nothing(boss_client, card, bank, key):
    url = page("top_up", card)

    response = boss_client.post(url, form(boss_client, url, source=bank.pk, amount="5", _confirm="1", one_time_key=key))

    assert response.status_code == 422
    assert Transfer.objects.count() == 1


def test_with_one_source_there_is_nothing_to_choose(boss_client, card, bank):
    Account.objects.filter(pk__in=[found.pk for found in chart.unpaid_sources()]).update(status=Account.CLOSED)
    url = page("top_up", card)

    assert '<select name="source"' not in boss_client.get(url).content.decode()
    boss_client.post(url, form(boss_client, url, amount="5", _confirm="1"))
    card.refresh_from_db()
    assert card.balance == D("55.00")


def test_without_a_source_the_page_says_what_to_do(boss_client, card):
    Account.objects.filter(credit_limit=None).update(status=Account.FROZEN)

    response = boss_client.get(page("top_up", card), follow=True)

    assert "that can fund a load is open" in response.content.decode()


@pytest.mark.parametrize("action", ["top_up", "withdraw"])
def test_core_accounts_cannot_be_topped_up(boss_client, redemptions, action):
    response = boss_client.get(page(action, redemptions), follow=True)

    assert "core account" in response.content.decode()


def test_core_accounts_cannot_be_topped_up_by_a_forged_form_either(boss_client, card, redemptions, bank):
    url = page("top_up", card)
    data = form(boss_client, url, source=bank.pk, amount="5", _confirm="1")

    response = boss_client.post(page("top_up", redemptions), data, follow=True)

    assert "core account" in response.content.decode()
    assert Transfer.objects.count() == 1


def test_a_transfer_to_another_account_starts_with_this_one(boss_client, card):
    response = boss_client.get(page("transfer_out", card), follow=True)

    assert f'<option value="{card.pk}" selected>' in response.content.decode()


@pytest.mark.parametrize("object_id", ["999999", "abc", "9" * 40, "1_2F"])
@pytest.mark.parametrize("action", ["top-up", "withdraw", "transfer-out", "freeze", "close", "replace", "extend"])
def test_actions_on_unknown_accounts_do_not_exist(boss_client, action, object_id):
    response = boss_client.get(f"/admin/accounts_ledger/account/{object_id}/{action}/")

    assert response.status_code == 404

"""What staff may edit of an account, and what not."""

from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from accounts_ledger import facade
from accounts_ledger.models import Account
from tests.confirming import hidden_fields

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def card(bank):
    return facade.issue(bank, D("50.00"), name="Old name")


def url_of(account) -> str:
    return reverse("admin:accounts_ledger_account_change", args=(account.pk,))


def edit(client, account, **given):
    data = {
        "name": account.name or "",
        "account_type": "",
        "description": "",
        "start_date_0": "",
        "start_date_1": "",
        "credit_limit": "0.00",
        "can_be_used_for_non_products": "on",
        "change_reason": "",
    }
    page = hidden_fields(client.get(url_of(account)))
    return client.post(url_of(account), {**data, "shown": page.get("shown", ""), **given})


def test_an_edit_is_kept_in_the_history_with_who_and_why(boss_client, card):
    edit(boss_client, card, name="New name", change_reason="Typing error")

    newest = card.history.first()
    assert (newest.name, newest.history_user.username, newest.history_change_reason) == (
        "New name",
        "boss",
        "Typing error",
    )


def test_a_description_is_no_longer_than_anywhere_else(boss_client, card):
    edit(boss_client, card, description="x" * (Account.LONGEST_DESCRIPTION + 1))

    card.refresh_from_db()
    assert card.description == ""


def test_the_page_shows_what_was_changed(boss_client, card):
    edit(boss_client, card, name="New name")

    assert "Name: Old name → New name" in boss_client.get(url_of(card)).content.decode()


def test_sharing_an_account_shows_in_its_history(boss_client, card):
    friend = get_user_model().objects.create_user("friend", "friend@example.com")
    edit(boss_client, card, secondary_users=[friend.pk])

    assert "Shared with: – → friend@example.com" in boss_client.get(url_of(card)).content.decode()


def test_freezing_many_does_not_seem_to_stop_the_sharing(boss_client, card, boss):
    friend = get_user_model().objects.create_user("friend", "friend@example.com")
    card.secondary_users.add(friend)
    boss_client.post(reverse("admin:accounts_ledger_account_reveal", args=(card.pk,)))

    assert "friend@example.com → –" not in boss_client.get(url_of(card)).content.decode()


def test_the_ledgers_own_columns_cannot_be_posted(boss_client, card):
    edit(
        boss_client, card, balance="1000000", held="0", sequence="0", code="STOLEN", status="Closed", chart_code="BANK"
    )

    card.refresh_from_db()
    assert (card.balance, card.status, card.chart_code) == (D("50.00"), Account.OPEN, None)
    assert card.code != "STOLEN"


def test_a_transfer_that_came_in_while_the_form_was_open_is_kept(boss_client, card, bank):
    boss_client.get(url_of(card))
    facade.top_up(card, bank, D("5.00"))

    edit(boss_client, card, name="New name")

    card.refresh_from_db()
    assert (card.name, card.balance) == ("New name", D("55.00"))


@pytest.mark.parametrize(
    "given",
    [
        {"name": "x" * 129},
        {"name": "nul \x00"},
        {"name": "Bank"},
        {"account_type": "999999"},
        {"account_type": "abc"},
        {"primary_user": "999999"},
        {"primary_user": "abc"},
        {"secondary_users": ["abc"]},
        {"secondary_users": ["9" * 30]},
        {"secondary_users": ["\x00"]},
        {"holder_email": "no address"},
        {"product_range": "9" * 30},
        {"credit_limit": "-1"},
        {"credit_limit": "NaN"},
        {"credit_limit": "1e300"},
        {"credit_limit": "abc"},
        {"start_date_0": "0000-13-77", "start_date_1": "99:99"},
        {"start_date_0": "0001-01-01", "start_date_1": "00:00"},
        {"start_date_0": "9999-12-31", "start_date_1": "23:59:59"},
        {"change_reason": "x" * 101},
    ],
)
def test_bad_values_are_refused_on_the_form(boss_client, card, given):
    response = edit(boss_client, card, **given)

    assert response.status_code == 200
    assert response.context["adminform"].errors
    assert card.history.count() == 1


def test_a_credit_limit_below_the_debt_is_refused(boss_client, bank):
    debtor = Account.objects.create(credit_limit=D("100"))
    facade.transfer(debtor, bank, D("60"), as_staff=True)

    response = edit(boss_client, debtor, credit_limit="59.99")

    assert "£60.00" in response.content.decode()


def test_the_credit_limit_is_for_those_who_may_set_it(staff_client, card):
    client = staff_client("view_account", "change_account")

    edit(client, card, name="New name", credit_limit="5000")

    card.refresh_from_db()
    assert (card.name, card.credit_limit) == ("New name", D("0.00"))


def test_whoever_may_only_look_cannot_edit(staff_client, card):
    client = staff_client("view_account")

    assert client.get(url_of(card)).status_code == 200
    assert edit(client, card, name="New name").status_code == 403


def test_whoever_may_not_look_sees_nothing(staff_client, card):
    client = staff_client("view_transfer")

    assert client.get(url_of(card)).status_code == 403


@pytest.mark.parametrize("object_id", ["999999", "abc", "9" * 40, "%00", "_5F"])
def test_unknown_accounts_lead_back_to_the_list(boss_client, object_id):
    response = boss_client.get(f"/admin/accounts_ledger/account/{object_id}/change/")

    assert response.status_code in (302, 404)


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99999999999999999999", ""])
def test_any_page_of_the_statement_can_be_asked_for(boss_client, card, page):
    assert boss_client.get(url_of(card), {"page": page}).status_code == 200


def test_accounts_are_never_deleted(boss_client, card):
    url = reverse("admin:accounts_ledger_account_delete", args=(card.pk,))

    assert (boss_client.get(url).status_code, boss_client.post(url, {"post": "yes"}).status_code) == (403, 403)


def test_core_accounts_can_be_renamed_and_nothing_else(boss_client, bank):
    edit(boss_client, bank, name="House bank", credit_limit="5", account_type="")

    bank.refresh_from_db()
    assert (bank.name, bank.credit_limit) == ("House bank", None)
    assert bank.account_type is not None


def test_customers_are_found_by_a_part_of_their_names(boss_client):
    get_user_model().objects.create_user("grace", "grace@example.com", first_name="Grace", last_name="Hopper")

    response = boss_client.get(reverse("admin:accounts_ledger_account_holders"), {"term": "hop gra"})

    assert [found["text"] for found in response.json()["results"]] == ["Grace Hopper (grace@example.com)"]


@pytest.mark.parametrize("given", [{"term": "\x00"}, {"term": "x" * 5000}, {"page": "abc"}, {"page": "-1"}])
def test_looking_for_customers_with_nonsense_finds_nothing_bad(boss_client, given):
    assert boss_client.get(reverse("admin:accounts_ledger_account_holders"), given).status_code == 200


def test_looking_for_customers_needs_the_permission_to_edit(staff_client):
    client = staff_client("view_account")

    assert client.get(reverse("admin:accounts_ledger_account_holders")).status_code == 403

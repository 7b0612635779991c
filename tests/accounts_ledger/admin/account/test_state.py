"""Staff freeze, thaw, extend, close and replace accounts."""

import datetime
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts_ledger import facade
from accounts_ledger.models import Account, Transfer
from tests.confirming import hidden_fields, review

pytestmark = pytest.mark.usefixtures("books")

TWO_STEPS = ("close", "replace")


def page(action: str, account: Account) -> str:
    return reverse(f"admin:accounts_ledger_account_{action}", args=(account.pk,))


def submit(client, action: str, account: Account, **given):
    url = page(action, account)
    data = {**hidden_fields(client.get(url)), "reason": "Because", **given}
    return client.post(url, review(client, url, data) if action in TWO_STEPS else data, follow=True)


@pytest.fixture
def card(bank):
    return facade.issue(bank, D("50.00"), end_date=timezone.localdate() + datetime.timedelta(days=5))


def test_a_frozen_account_says_who_froze_it_and_why(boss_client, card):
    response = submit(boss_client, "freeze", card, reason="Reported stolen")

    card.refresh_from_db()
    assert card.is_frozen()
    assert "Reported stolen" in response.content.decode()
    newest = card.history.first()
    assert (newest.history_change_reason, newest.history_user.username) == ("Reported stolen", "boss")


def test_a_frozen_account_can_be_thawed(boss_client, card):
    facade.freeze(card)

    submit(boss_client, "thaw", card)

    card.refresh_from_db()
    assert card.is_open()


@pytest.mark.parametrize("action", ["freeze", "thaw", "extend", "close", "replace"])
@pytest.mark.parametrize("reason", ["", "x" * 101, "\x00", "   "])
def test_every_change_needs_a_reason_that_can_be_stored(boss_client, card, action, reason):
    if action == "thaw":
        facade.freeze(card)
    before = card.history.count()

    response = submit(boss_client, action, card, reason=reason)

    assert response.status_code == 422
    assert card.history.count() == before


def test_an_extension_reaches_through_the_chosen_day(boss_client, card):
    day = timezone.localdate() + datetime.timedelta(days=400)

    submit(boss_client, "extend", card, end_date=day.isoformat())

    card.refresh_from_db()
    assert timezone.localtime(card.end_date).date() == day + datetime.timedelta(days=1)


@pytest.mark.parametrize("day", ["", "abc", "2020-01-01", "0000-00-00", "9999-12-31", "2026-02-30", "\x00", "-1"])
def test_an_extension_to_no_later_day_is_refused(boss_client, card, day):
    end = card.end_date

    response = submit(boss_client, "extend", card, end_date=day)

    assert response.status_code == 422
    card.refresh_from_db()
    assert card.end_date == end


def test_closing_moves_the_remainder_to_the_chosen_source(boss_client, card, bank):
    submit(boss_client, "close", card, remainder_to=bank.pk)

    card.refresh_from_db()
    assert (card.status, card.balance) == (Account.CLOSED, D("0"))
    assert Transfer.objects.get(kind=Transfer.Kind.WITHDRAWAL).amount == D("50.00")


def test_closing_an_account_with_holds_is_refused(boss_client, card, bank):
    facade.hold(card, D("5"))

    response = submit(boss_client, "close", card, remainder_to=bank.pk)

    assert response.status_code == 422
    assert "£5.00" in response.content.decode()
    card.refresh_from_db()
    assert (card.status, card.balance) == (Account.OPEN, D("50.00"))


def test_whoever_may_not_withdraw_cannot_close_an_account_with_value(staff_client, card):
    client = staff_client("view_account", "can_close")

    response = submit(client, "close", card)

    assert response.status_code == 422
    card.refresh_from_db()
    assert (card.status, card.balance) == (Account.OPEN, D("50.00"))


def test_a_replacement_has_a_new_code_and_the_old_value(boss_client, card):
    submit(boss_client, "replace", card)

    card.refresh_from_db()
    new = card.replaced_by
    assert (card.status, card.balance, new.balance) == (Account.CLOSED, D("0"), D("50.00"))
    assert new.code != card.code


def test_replacing_twice_makes_one_card(boss_client, card):
    url = page("replace", card)
    data = review(boss_client, url, {**hidden_fields(boss_client.get(url)), "reason": "Lost"})

    boss_client.post(url, data)
    response = boss_client.post(url, data)

    assert response.status_code == 302
    assert Account.objects.filter(replaces=card).count() == 1


@pytest.mark.parametrize("action", ["freeze", "thaw", "extend", "close", "replace"])
def test_core_accounts_stay_as_they_are(boss_client, card, bank, action):
    response = boss_client.post(
        page(action, bank), {"one_time_key": "A" * 22, "reason": "Mischief", "end_date": "2030-01-01"}, follow=True
    )

    bank.refresh_from_db()
    assert (bank.status, bank.end_date) == (Account.OPEN, None)
    assert "core account" in response.content.decode()


@pytest.mark.parametrize("action", ["top_up", "withdraw", "freeze", "thaw", "extend", "close", "replace"])
def test_closed_accounts_stay_closed(boss_client, card, bank, action):
    facade.close(card, remainder_to=bank)

    response = boss_client.get(page(action, card), follow=True)

    assert "is closed" in response.content.decode()


@pytest.mark.parametrize(
    "action", ["top_up", "withdraw", "transfer_out", "freeze", "thaw", "extend", "close", "replace", "reveal"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_actions_are_forbidden_without_their_permission(staff_client, card, action, method):
    client = staff_client("view_account", "change_account", "view_transfer")

    response = getattr(client, method)(page(action, card))

    assert response.status_code in ((405, 403) if action == "reveal" and method == "get" else (403,))


@pytest.mark.parametrize("action", ["top_up", "withdraw", "freeze", "extend", "close", "replace"])
def test_looking_at_a_form_changes_nothing(boss_client, card, action):
    boss_client.get(page(action, card), {"confirmed": "1", "_confirm": "1", "reason": "x", "amount": "5"})

    card.refresh_from_db()
    assert (card.status, card.balance, card.history.count()) == (Account.OPEN, D("50.00"), 1)

"""Staff act on many accounts at once."""

import datetime
import re
from decimal import Decimal as D

import pytest
from django.utils import timezone

from accounts_ledger import facade
from accounts_ledger.admin.account import bulk
from accounts_ledger.models import Account, Transfer

pytestmark = pytest.mark.usefixtures("books")

LIST = "/admin/accounts_ledger/account/"
CLOSE_EXPIRED = "/admin/accounts_ledger/account/close-expired/"


@pytest.fixture
def cards(bank) -> list[Account]:
    last_day = timezone.localdate() + datetime.timedelta(days=10)
    return [facade.issue(bank, D("50.00"), end_date=last_day) for _number in range(3)]


@pytest.fixture
def expired(cards):
    for card in cards:
        Account.objects.filter(pk=card.pk).update(end_date=timezone.now() - datetime.timedelta(days=1))
    return cards


def hidden(response) -> dict:
    fields = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', response.content.decode())
    given: dict = {}
    for name, value in fields:
        given.setdefault(name, []).append(value)
    return given


def select(client, action, accounts, url=LIST, **given):
    data = {"action": action, "select_across": "0", "_selected_action": [account.pk for account in accounts]}
    return client.post(url, {**data, **given})


def confirm(client, shown, url=LIST, **given):
    return client.post(url, {**hidden(shown), "reason": "Because", **given}, follow=True)


def statuses(accounts) -> list[str]:
    return [Account.objects.get(pk=account.pk).status for account in accounts]


@pytest.mark.parametrize("action", ["freeze_selected", "thaw_selected", "extend_selected", "close_expired_selected"])
def test_an_action_first_says_how_many_and_how_much(boss_client, cards, action):
    content = select(boss_client, action, cards[:2]).content.decode()

    assert "£100.00" in content
    assert statuses(cards) == ["Open"] * 3


def test_the_selected_accounts_are_frozen_once_that_is_confirmed(boss_client, cards):
    shown = select(boss_client, "freeze_selected", cards[:2])

    response = confirm(boss_client, shown)

    assert statuses(cards) == ["Frozen", "Frozen", "Open"]
    assert "2 accounts were frozen." in response.content.decode()
    assert cards[0].history.first().history_change_reason == "Because"


def test_accounts_that_cannot_be_frozen_are_named_and_the_others_are(boss_client, cards):
    facade.freeze(cards[0])
    shown = select(boss_client, "freeze_selected", cards)

    content = confirm(boss_client, shown).content.decode()

    assert "2 accounts were frozen." in content
    assert "is frozen already" in content


def test_all_that_the_filter_finds_can_be_selected(boss_client, cards):
    url = f"{LIST}?balance_from=49"
    shown = select(boss_client, "freeze_selected", cards[:1], url=url, select_across="1")

    confirm(boss_client, shown, url=url)

    assert statuses(cards) == ["Frozen"] * 3


def test_core_accounts_are_left_out(boss_client, cards, bank, redemptions):
    shown = select(boss_client, "freeze_selected", [bank, redemptions, cards[0]])

    confirm(boss_client, shown)

    assert statuses([bank, redemptions, cards[0]]) == ["Open", "Open", "Frozen"]


def test_a_selection_that_changed_meanwhile_is_shown_again(boss_client, cards, bank):
    shown = select(boss_client, "freeze_selected", cards)
    facade.top_up(cards[0], bank, D("5.00"))

    response = confirm(boss_client, shown)

    assert response.status_code == 422
    assert "£155.00" in response.content.decode()
    assert statuses(cards) == ["Open"] * 3


def test_the_selected_accounts_are_extended(boss_client, cards):
    day = timezone.localdate() + datetime.timedelta(days=90)
    shown = select(boss_client, "extend_selected", cards)

    confirm(boss_client, shown, end_date=day.isoformat())

    ends = {timezone.localtime(Account.objects.get(pk=card.pk).end_date).date() for card in cards}
    assert ends == {day + datetime.timedelta(days=1)}


def test_only_the_expired_ones_of_a_selection_are_closed(boss_client, cards, bank):
    Account.objects.filter(pk=cards[0].pk).update(end_date=timezone.now())
    shown = select(boss_client, "close_expired_selected", cards)

    confirm(boss_client, shown)

    assert statuses(cards) == ["Closed", "Open", "Open"]


def test_too_many_accounts_are_refused_with_advice(boss_client, cards, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)

    select(boss_client, "freeze_selected", cards)
    response = boss_client.get(LIST)

    assert "Narrow the list" in response.content.decode()


@pytest.mark.parametrize("action", ["freeze_selected", "thaw_selected", "extend_selected", "close_expired_selected"])
def test_actions_are_not_offered_without_their_permission(staff_client, cards, action):
    client = staff_client("view_account", "change_account")

    select(client, action, cards, confirmed="1", reason="x", one_time_key="A" * 22)

    assert statuses(cards) == ["Open"] * 3
    assert action not in client.get(LIST).content.decode()


@pytest.mark.parametrize("selected", ["abc", "-1", "9" * 30, "\x00", ""])
@pytest.mark.parametrize("action", ["freeze_selected", "export_selected", "nonsense", ""])
def test_nonsense_selected_does_nothing(boss_client, cards, action, selected):
    response = boss_client.post(
        LIST, {"action": action, "select_across": "0", "_selected_action": [selected]}, follow=True
    )

    assert response.status_code == 200
    assert statuses(cards) == ["Open"] * 3


def test_a_bulk_action_cannot_be_asked_for_by_a_link(boss_client, cards):
    boss_client.get(LIST, {"action": "freeze_selected", "_selected_action": cards[0].pk, "confirmed": "1"})

    assert statuses(cards) == ["Open"] * 3


def test_the_page_for_all_expired_accounts_says_how_much_lapses(boss_client, expired):
    content = boss_client.get(CLOSE_EXPIRED).content.decode()

    assert "£150.00" in content
    assert statuses(expired) == ["Open"] * 3


def test_all_expired_accounts_are_closed_once_that_is_confirmed(boss_client, expired, lapsed):
    response = boss_client.post(CLOSE_EXPIRED, hidden(boss_client.get(CLOSE_EXPIRED)), follow=True)

    assert statuses(expired) == ["Closed"] * 3
    lapsed.refresh_from_db()
    assert lapsed.balance == D("150.00")
    assert "3 accounts were closed. £150.00 moved to Lapsed." in response.content.decode()
    assert Transfer.objects.filter(kind=Transfer.Kind.LAPSE).first().username == "boss"


def test_an_expired_account_with_holds_is_named_and_the_others_are_closed(boss_client, cards):
    facade.hold(cards[0], D("5.00"))
    for card in cards:
        Account.objects.filter(pk=card.pk).update(end_date=timezone.now() - datetime.timedelta(days=1))

    response = boss_client.post(CLOSE_EXPIRED, hidden(boss_client.get(CLOSE_EXPIRED)), follow=True)

    assert statuses(cards) == ["Open", "Closed", "Closed"]
    assert "on hold" in response.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_closing_all_expired_accounts_needs_the_permission(staff_client, expired, method):
    client = staff_client("view_account", "change_account")

    assert getattr(client, method)(CLOSE_EXPIRED).status_code == 403
    assert statuses(expired) == ["Open"] * 3

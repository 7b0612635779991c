"""Holds in the admin: the list, and letting go."""

from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts_ledger import facade
from accounts_ledger.models import Hold
from tests.confirming import confirm

pytestmark = pytest.mark.usefixtures("books")

LIST = reverse("admin:accounts_ledger_hold_changelist")


@pytest.fixture
def card(bank):
    return facade.issue(bank, D("50.00"))


@pytest.fixture
def hold(card):
    return facade.hold(card, D("20.00"), merchant_reference="100001")


def void_page(hold: Hold) -> str:
    return reverse("admin:accounts_ledger_hold_void_hold", args=(hold.pk,))


def void(client, hold):
    return confirm(client, void_page(hold))


def test_voiding_makes_the_value_available_again(boss_client, card, hold):
    void(boss_client, hold)

    card.refresh_from_db()
    hold.refresh_from_db()
    assert (hold.status, card.held, card.amount_available) == (Hold.Status.VOIDED, D("0.00"), D("50.00"))


def test_opening_the_page_voids_nothing(boss_client, hold):
    boss_client.get(void_page(hold))

    hold.refresh_from_db()
    assert hold.is_open


def test_a_captured_hold_is_not_voided_and_the_form_says_so(boss_client, hold):
    facade.capture(hold)
    response = void(boss_client, hold)

    hold.refresh_from_db()
    assert (response.status_code, hold.status) == (422, Hold.Status.CAPTURED)


def test_voiding_needs_its_permission(staff_client, hold):
    client = staff_client("view_hold")

    assert client.get(LIST).status_code == 200
    assert client.post(void_page(hold)).status_code == 403


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"status": "open"}, 1),
        ({"status": "voided"}, 0),
        ({"q": "100001"}, 1),
        ({"amount_from": "20.01"}, 0),
        ({"status": "💷"}, 0),
    ],
)
def test_the_list_is_narrowed_by(boss_client, hold, filters, found):
    assert len(boss_client.get(LIST, filters).context["cl"].result_list) == found


def test_a_hold_that_ended_offers_no_void(boss_client, hold):
    change = reverse("admin:accounts_ledger_hold_change", args=(hold.pk,))
    assert boss_client.get(change).context["actions_detail"]
    facade.capture(hold)
    page = boss_client.get(change)

    assert not page.context["actions_detail"]
    assert hold.transfers.get().reference in page.content.decode()


def test_the_page_says_if_a_hold_has_ended_already(boss_client, hold):
    facade.void(hold)

    assert "It is voided already" in boss_client.get(void_page(hold)).content.decode()


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30, "abc", "💳", "%00"])
def test_holds_that_do_not_exist_are_not_found(boss_client, pk):
    address = f"/admin/accounts_ledger/hold/{pk}/void/"

    assert boss_client.get(address).status_code == 404
    assert boss_client.post(address).status_code == 404

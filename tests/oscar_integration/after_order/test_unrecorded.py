"""Orders that accounts have paid past the payment sources, and orders that are cancelled past their money."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import reverse
from oscar.apps.dashboard.orders.views import OrderDetailView
from oscar.apps.order.processing import EventHandler as OscarsEventHandler
from oscar.apps.payment.exceptions import PaymentError
from oscar.test.factories import create_order

from accounts_ledger import facade
from accounts_ledger.models import Transfer
from oscar_integration import gateway, wiring_checks
from oscar_integration.after_order import cancel_order, left_to_refund
from oscar_integration.after_order.request import UnrecordedRedemptions
from oscar_integration.allocations import Allocations
from tests.confirming import hidden_fields

pytestmark = pytest.mark.usefixtures("books")


def balance(card):
    card.refresh_from_db()
    return card.balance


def status(order):
    order.refresh_from_db()
    return order.status


@pytest.fixture
def card(gift_card):
    return gift_card("50.00")


@pytest.fixture
def order(db):
    """An order of 10.00 that was placed without this integration's checkout."""
    return create_order(number="100099")


@pytest.fixture
def redeems(order, card):
    """Pay from the card as a shop with its own checkout does."""
    return lambda amount: gateway.redeem(order.number, None, Allocations({card.pk: D(amount)}))


@pytest.fixture
def _no_sources(monkeypatch):
    """Redemptions come from before sources were recorded, or before the order was there."""
    monkeypatch.setattr("oscar_integration.records.record_redeemed", lambda *args: None)


def test_redeem_records_its_payment_sources(order, redeems):
    (transfer,) = redeems("10.00")

    source = order.sources.get()
    assert (source.reference, source.amount_debited, source.source_type.code) == (
        transfer.reference,
        D("10.00"),
        "account",
    )
    assert left_to_refund(order) == D("10.00")


def test_repeating_redeem_records_nothing_twice(order, redeems):
    redeems("10.00")
    redeems("10.00")

    assert order.sources.count() == 1


def test_a_cancelled_redemption_leaves_nothing_to_refund(order, redeems, card):
    redeems("10.00")
    gateway.cancel_redemption(order.number)

    assert (left_to_refund(order), order.sources.get().amount_refunded, balance(card)) == (0, D("10.00"), D("50.00"))


def test_an_order_paid_by_redeem_is_cancelled_with_its_money(order, redeems, card, dashboard):
    redeems("10.00")

    dashboard.cancels(order)

    assert (status(order), balance(card)) == ("Cancelled", D("50.00"))


@pytest.mark.usefixtures("_no_sources")
def test_redemptions_that_are_what_the_order_cost_are_recorded_when_it_is_cancelled(order, redeems, card):
    redeems("10.00")

    cancel_order(order)

    assert (status(order), balance(card), order.sources.get().amount_refunded) == ("Cancelled", D("50.00"), D("10.00"))


@pytest.mark.usefixtures("_no_sources")
def test_an_order_is_not_cancelled_past_redemptions_that_are_more_than_it_cost(order, redeems, card, dashboard):
    redeems("12.00")

    shown = dashboard.cancels(order)

    assert "without being listed among its payments" in shown
    assert "£12.00 from Gift card" in shown
    assert (status(order), balance(card)) == ("Pending", D("38.00"))
    with pytest.raises(UnrecordedRedemptions):
        cancel_order(order)


@pytest.mark.usefixtures("_no_sources")
def test_the_page_names_them_and_staff_can_record_them(order, redeems, dashboard):
    redeems("10.00")
    assert "without being listed among its payments" in dashboard.page_of(order)

    dashboard.acts(order, "record_redemptions")

    assert order.sources.get().amount_debited == D("10.00")
    assert "without being listed among its payments" not in dashboard.page_of(order)


@pytest.mark.usefixtures("_no_sources")
def test_what_was_refunded_in_the_back_office_does_not_keep_an_order_from_being_cancelled(order, redeems, card):
    redeems("12.00")
    facade.refund(Transfer.objects.get(kind="redemption"), D("12.00"))

    assert cancel_order(order)
    assert balance(card) == D("50.00")


# --- Shops that have not wired all -----------------------------------------------------------------


@pytest.fixture
def oscars_handler(monkeypatch):
    """The shop has no fork of Oscar's order app."""
    monkeypatch.setattr("backoffice.shop.order.processing.EventHandler", OscarsEventHandler)
    monkeypatch.setattr("oscar.apps.order.mixins.EventHandlerMixin.handler_class", OscarsEventHandler)


def test_without_the_order_fork_the_dashboard_cancels_nothing_that_accounts_paid(
    paid_order, gift_card, dashboard, oscars_handler
):
    card = gift_card("50.00")
    order = paid_order(card)

    assert "would not be given back" in dashboard.cancels(order)

    assert (status(order), balance(card)) == ("Pending", D("30.00"))


def test_the_list_of_orders_cancels_nothing_either(paid_order, gift_card, dashboard, oscars_handler):
    order = paid_order(gift_card("50.00"))
    data = {"action": "change_order_statuses", "selected_order": order.pk, "new_status": "Cancelled"}

    step = dashboard.client.post(reverse("dashboard:order-list"), data)
    response = dashboard.client.post(reverse("dashboard:order-list"), {**data, **hidden_fields(step)}, follow=True)

    assert "would not be given back" in response.content.decode()
    assert status(order) == "Pending"


def test_whoever_sets_the_status_by_code_is_refused(paid_order, gift_card):
    order = paid_order(gift_card("50.00"))

    with pytest.raises(PaymentError, match=r"£20\.00 of order"):
        order.set_status("Cancelled")

    assert status(order) == "Pending"


def test_an_order_that_no_account_has_paid_is_oscars_business(paid_order):
    order = paid_order()

    order.set_status("Cancelled")

    assert status(order) == "Cancelled"


@pytest.mark.usefixtures("oscars_handler")
def test_a_check_tells_of_a_missing_order_fork():
    (warning,) = wiring_checks.check_order_processing()

    assert (warning.id, "AccountRefundsMixin" in warning.hint) == ("oscar_integration.W020", True)


def test_a_check_tells_of_a_missing_dashboard_fork(monkeypatch):
    monkeypatch.setattr(apps.get_app_config("orders_dashboard"), "order_detail_view", OrderDetailView)

    assert [found.id for found in wiring_checks.check_order_processing()] == ["oscar_integration.W021"]


def test_a_check_tells_of_a_method_that_cannot_give_back(settings):
    settings.DEMO = True
    settings.ACCOUNTS_REFUND_REMAINDER = settings.ACCOUNTS_CANCEL_REMAINDER = None

    found = [warning.id for warning in wiring_checks.check_other_method()]
    assert found == ["oscar_integration.W022", "oscar_integration.W023"]


@pytest.mark.parametrize(
    ("name", "value", "identifier"),
    [
        ("ACCOUNTS_REFUND_REMAINDER", "shop.nowhere.refund", "E020"),
        ("ACCOUNTS_CANCEL_REMAINDER", "no path", "E020"),
        ("ACCOUNTS_REFUND_REMAINDER", 7, "E020"),
        ("ACCOUNTS_REFUND_ORDER", "random", "E021"),
        ("ACCOUNTS_REFUND_TO_EXPIRED", "", "E021"),
        ("ACCOUNTS_REFUND_VALIDITY_DAYS", 0, "E022"),
        ("ACCOUNTS_CANCELLED_STATUSES", "Cancelled", "E023"),
        ("ACCOUNTS_CANCELLED_STATUSES", (), "E023"),
        ("ACCOUNTS_CANCELLED_STATUSES", ("Canceled",), "W024"),
    ],
)
def test_settings_with_which_a_refund_would_fail_are_found(settings, name, value, identifier):
    setattr(settings, name, value)

    assert [found.id for found in wiring_checks.check_refund_settings()] == [f"oscar_integration.{identifier}"]


def test_this_shop_is_wired():
    call_command("check", fail_level="WARNING")


def test_the_admin_cancels_no_order(paid_order, gift_card, admin_client):
    order = paid_order(gift_card("50.00"))
    page = reverse("admin:order_order_change", args=[order.pk])
    form = admin_client.get(page).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {
        "date_placed_0": "2026-01-01",
        "date_placed_1": "12:00:00",
        "lines-TOTAL_FORMS": 0,
        "lines-INITIAL_FORMS": 0,
    }

    response = admin_client.post(page, data | {"status": "Cancelled"})

    assert "orders dashboard" in response.content.decode()
    assert status(order) == "Pending"

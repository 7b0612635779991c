"""Staff give money back at Oscar's dashboard."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts_ledger.admin.shared.one_time_key import new_key
from accounts_ledger.models import Transfer

pytestmark = pytest.mark.usefixtures("books")


def balance(card):
    card.refresh_from_db()
    return card.balance


@pytest.fixture
def card(gift_card):
    return gift_card("50.00")


@pytest.fixture
def order(paid_order, card):
    """20.00, paid with the card: 30.00 are left on it."""
    return paid_order(card)


@pytest.fixture
def member():
    """Somebody of the staff with these permissions for orders."""

    def hire(*codenames):
        user = get_user_model().objects.create_user("staff", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="order", codename__in=codenames))
        return user

    return hire


def test_the_form_offers_all_that_is_left(dashboard, order):
    dashboard.refunds(order, "5.00")

    form = dashboard.opens(order)["refund_form"]
    assert (form["amount"].value(), [amount for _label, amount in form.sources]) == (D("15.00"), [D("15.00")])


def test_the_form_names_the_sources_in_the_order_in_which_they_are_refunded(dashboard, paid_order, gift_card):
    first, last = gift_card("12.00"), gift_card("5.00")
    order = paid_order(first, last)

    sources = dashboard.opens(order)["refund_form"].sources
    assert sources == [
        ("Demo card •••• 4242", D("3.00")),
        (f"Gift card {last.masked_code}", D("5.00")),
        (f"Gift card {first.masked_code}", D("12.00")),
    ]


def test_the_accounts_that_paid_are_listed_with_what_went_back(dashboard, order, card):
    dashboard.refunds(order, "5.00")

    table = dashboard.page_of(order).split("Paid from accounts")[1].split("</table>")[0]
    assert re.findall("<td>(.*?)</td>", table)[:4] == [f"Gift card {card.masked_code}", "£20.00", "£5.00", "£35.00"]


def test_an_order_that_no_account_paid_has_no_list_of_them(dashboard, paid_order):
    assert "Paid from accounts" not in dashboard.page_of(paid_order())


def test_a_refund_says_what_was_done(dashboard, order, card):
    assert "£5.00 was refunded." in dashboard.refunds(order, "5.00")
    assert balance(card) == D("35.00")


def test_a_double_click_refunds_once(dashboard, order, card):
    key = dashboard.opens(order)["refund_form"]["one_time_key"].value()

    shown = [dashboard.refunds(order, "5.00", key=key) for _click in range(2)]

    assert balance(card) == D("35.00")
    assert shown == ["£5.00 was refunded."] * 2


def test_a_form_that_was_sent_before_refunds_no_other_amount(dashboard, order, card):
    key = dashboard.opens(order)["refund_form"]["one_time_key"].value()
    dashboard.refunds(order, "5.00", key=key)

    assert "already been sent with a different amount" in dashboard.refunds(order, "6.00", key=key)
    assert balance(card) == D("35.00")


def test_two_forms_refund_twice(dashboard, order, card):
    for _form in range(2):
        dashboard.refunds(order, "5.00")

    assert balance(card) == D("40.00")


def test_a_double_click_on_oscars_own_form_refunds_once(dashboard, order, card):
    key = dashboard.opens(order)["refund_form"]["one_time_key"].value()

    shown = [dashboard.refunds_lines(order, "5.00", key=key) for _click in range(2)]

    assert balance(card) == D("35.00")
    assert shown == ["Payment event created"] * 2


def test_a_form_without_its_key_is_refused(dashboard, order, card):
    assert "This form has expired" in dashboard.refunds(order, "5.00", key="none")
    assert balance(card) == D("30.00")


def test_the_refund_names_who_did_it(dashboard, order, manager):
    dashboard.refunds_lines(order, "5.00")

    assert Transfer.objects.get(kind="refund").user == manager


def test_the_dashboard_says_why_a_refund_is_refused(dashboard, order):
    assert "Only £20.00 of this order can still be refunded" in dashboard.refunds(order, "21.00")


def test_the_dashboard_survives_nonsense(dashboard, order, card):
    for amount in ("-5.00", "0.00", "0.001", "NaN", "Infinity", "", "five"):
        assert "was refunded." not in dashboard.refunds(order, amount)

    assert balance(card) == D("30.00")


def test_oscars_own_form_survives_nonsense(dashboard, order, card):
    for amount in ("-5.00", "NaN", "0.001", "1e3"):
        assert "Unable" in dashboard.refunds_lines(order, amount)

    assert balance(card) == D("30.00")


def test_nothing_is_offered_when_nothing_is_left(dashboard, order):
    dashboard.refunds(order, "20.00")

    assert not dashboard.opens(order)["refund_form"].left


def test_who_may_only_look_at_orders_can_neither_refund_nor_cancel(member, order, card):
    client = Client()
    client.force_login(member("view_order"))
    page, listed = reverse("dashboard:order-detail", args=[order.number]), reverse("dashboard:order-list")
    key = new_key()
    cancelled = {"new_status": "Cancelled", "selected_order": order.pk}
    attempts = [
        client.post(page, {"order_action": "refund", "amount": "5.00", "one_time_key": key}),
        client.post(page, {"order_action": "change_order_status", **cancelled}),
        client.post(listed, {"action": "change_order_statuses", **cancelled}),
    ]

    assert [response.status_code for response in attempts] == [403] * 3
    assert balance(card) == D("30.00")


def test_who_may_change_orders_can_refund(member, order, card, dashboard):
    dashboard.client.force_login(member("view_order", "change_order"))

    dashboard.refunds(order, "5.00")

    assert balance(card) == D("35.00")

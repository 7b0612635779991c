"""What staff do about an order's money by hand, and what the order's page tells them."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from oscar.apps.payment.exceptions import GatewayError, PaymentError

from accounts_ledger import exceptions, facade
from oscar_integration.after_order import cancel_order, record_refund_elsewhere, refund_order
from oscar_integration.after_order.request import RefundUnanswered
from oscar_integration.models import OrderRefund
from oscar_integration.records import transfer_of
from tests.confirming import hidden_fields

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def order(paid_order, gift_card):
    """20.00: 12.00 of a card, 8.00 of another method."""
    return paid_order(gift_card("12.00"))


@pytest.fixture
def other_method(order):
    return order.sources.exclude(source_type__code="account").get()


@pytest.fixture
def _not_wired(settings):
    """The shop cannot ask its other payment method for refunds."""
    settings.ACCOUNTS_REFUND_REMAINDER = None


def status(order):
    order.refresh_from_db()
    return order.status


def test_a_refund_made_elsewhere_is_recorded_and_the_other_method_is_not_asked(order, other_method, monkeypatch):
    asked = []
    monkeypatch.setattr("backoffice.shop.demo_card.refund", lambda *args: asked.append(args))

    event = record_refund_elsewhere(order, other_method, D("8.00"), reference="re_123")

    other_method.refresh_from_db()
    assert (other_method.amount_refunded, event.amount, asked) == (D("8.00"), D("8.00"), [])
    assert other_method.transactions.get(txn_type="Refund").reference == "re_123"


def test_more_than_the_method_took_is_not_recorded(order, other_method):
    with pytest.raises(exceptions.RefundExceeded, match=r"Only £8\.00"):
        record_refund_elsewhere(order, other_method, D("8.01"), reference="re_123")


def test_what_an_account_paid_is_not_recorded_as_refunded_elsewhere(order):
    of_account = order.sources.get(source_type__code="account")
    with pytest.raises(exceptions.RefundExceeded):
        record_refund_elsewhere(order, of_account, D("1.00"), reference="re_123")


def test_the_same_key_records_once(order, other_method):
    for _time in range(2):
        record_refund_elsewhere(order, other_method, D("3.00"), reference="re_123", idempotency_key="k")

    other_method.refresh_from_db()
    assert other_method.amount_refunded == D("3.00")


@pytest.mark.usefixtures("_not_wired")
def test_a_mixed_order_that_cannot_be_refunded_from_here_says_what_to_do(order, dashboard):
    assert "record it as refunded elsewhere" in dashboard.cancels(order)

    assert status(order) == "Pending"
    assert "Refund it there" in dashboard.page_of(order)


@pytest.mark.usefixtures("_not_wired")
def test_once_that_is_recorded_the_order_can_be_cancelled(order, dashboard, other_method):
    form = dashboard.opens(order)["elsewhere_form"]
    key = form["one_time_key"].value()
    data = {"source": other_method.pk, "amount": "8.00", "reference": "by hand", "one_time_key": key}
    shown = dashboard.acts(order, "record_elsewhere", **{f"elsewhere-{name}": value for name, value in data.items()})
    assert "£8.00 was recorded as refunded" in shown

    dashboard.cancels(order)

    assert status(order) == "Cancelled"
    assert transfer_of(order.sources.get(source_type__code="account")).source.balance == D("12.00")


# --- Refunds that are not finished -----------------------------------------------------------------


@pytest.fixture
def unanswered(order, monkeypatch):
    """A cancellation that the other method has not answered."""

    def fail(*args):
        raise GatewayError("timeout")

    with monkeypatch.context() as context:
        context.setattr("backoffice.shop.demo_card.refund", fail)
        with pytest.raises(RefundUnanswered):
            cancel_order(order)
    return OrderRefund.objects.get()


def test_the_page_says_what_is_not_finished_and_what_is_owed(order, unanswered, dashboard):
    page = dashboard.page_of(order)

    for expected in (
        "Cancellation of £20.00: not finished yet",
        "£8.00 was requested from Demo card",
        "£12.00 is still owed to Gift card",
        "Try again",
        "It was refunded there",
    ):
        assert expected in page


def test_staff_try_again(order, unanswered, dashboard):
    assert "The refund is done" in dashboard.acts(order, "refund_again", refund=unanswered.pk)

    assert status(order) == "Cancelled"
    assert "Cancellation of £20.00: done" in dashboard.page_of(order)


def test_trying_again_twice_is_harmless(order, unanswered, dashboard):
    dashboard.acts(order, "refund_again", refund=unanswered.pk)

    assert "This refund is no longer open" in dashboard.acts(order, "refund_again", refund=unanswered.pk)


def test_staff_say_that_it_was_refunded_there(order, unanswered, dashboard, monkeypatch, other_method):
    asked = []
    monkeypatch.setattr("backoffice.shop.demo_card.refund", lambda *args: asked.append(args))

    dashboard.acts(order, "refund_was_given", refund=unanswered.pk, reference="re_77")

    assert (status(order), asked) == ("Cancelled", [])
    assert other_method.transactions.get(txn_type="Refund").reference == "re_77"


def test_staff_say_that_it_was_not_and_it_can_be_refunded_anew(order, unanswered, dashboard):
    dashboard.acts(order, "stop_refund", refund=unanswered.pk)
    assert status(order) == "Pending"

    assert refund_order(order, D("20.00")).amount == D("20.00")


def test_a_refund_of_another_order_is_not_touched(order, unanswered, dashboard, paid_order, gift_card):
    other = paid_order(gift_card("12.00"))
    page = reverse("dashboard:order-detail", args=[other.number])

    response = dashboard.client.post(page, {"order_action": "stop_refund", "refund": unanswered.pk})

    assert response.status_code == 404
    unanswered.refresh_from_db()
    assert unanswered.state == "open"


@pytest.mark.parametrize("action", ["refund_again", "refund_was_given", "stop_refund", "record_redemptions"])
def test_who_may_only_look_can_do_none_of_it(order, unanswered, action):
    viewer = get_user_model().objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_order", content_type__app_label="order"))
    client = Client()
    client.force_login(viewer)
    page = reverse("dashboard:order-detail", args=[order.number])

    assert client.get(page).status_code == 200
    assert client.post(page, {"order_action": action, "refund": unanswered.pk}).status_code == 403


def test_a_partner_s_people_move_no_money_of_an_order_that_others_have_part_in(order):
    clerk = get_user_model().objects.create_user("partner")
    codenames = ("dashboard_access", "change_order", "view_order")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    line = order.lines.get()
    line.partner.users.add(clerk)
    client = Client()
    client.force_login(clerk)
    page = reverse("dashboard:order-detail", args=[order.number])
    assert "refund_form" in client.get(page).context
    line.pk, line.partner = None, None
    line.save()

    assert "refund_form" not in client.get(page).context
    assert client.post(page, {"order_action": "change_order_status", "new_status": "Cancelled"}).status_code == 403


def test_a_refund_that_stopped_half_way_says_what_went_back(paid_order, gift_card, monkeypatch, dashboard):
    order = paid_order(gift_card("12.00"))
    first = order.sources.exclude(source_type__code="account").get()
    first.pk, first.label, first.amount_allocated, first.amount_debited = None, "second", D("5.00"), D("5.00")
    first.save()

    def refuse_the_second(source, amount, reference):
        if source.label != "second":
            raise PaymentError("No.")

    monkeypatch.setattr("backoffice.shop.demo_card.refund", refuse_the_second)

    assert "£5.00 was refunded before this problem: No." in dashboard.refunds(order, "13.00")
    assert order.payment_events.get(event_type__name="Refund").amount == D("5.00")


def test_a_card_frozen_meanwhile_is_still_owed(order, monkeypatch, dashboard):
    card = transfer_of(order.sources.get(source_type__code="account")).source
    monkeypatch.setattr("backoffice.shop.demo_card.refund", lambda *args: facade.freeze(card))

    assert "frozen" in dashboard.cancels(order)

    assert "£12.00 is still owed to Gift card" in dashboard.page_of(order)
    card.refresh_from_db()
    facade.thaw(card)
    dashboard.acts(order, "refund_again", refund=OrderRefund.objects.get().pk)
    assert status(order) == "Cancelled"


# --- In two steps ----------------------------------------------------------------------------------


def reviews(dashboard, order, refund, action, **data):
    """Press a button beside an unfinished refund; return the second step, and what its button sends."""
    sent = {"order_action": action, "refund": refund.pk, "shown": dashboard.opens(order)["shown"], **data}
    step = dashboard.client.post(f"{page_of(order)}?review=1", sent)
    return step, {name: value for name, value in hidden_fields(step).items() if name != "csrfmiddlewaretoken"}


def page_of(order):
    return reverse("dashboard:order-detail", args=[order.number])


@pytest.mark.parametrize("action", ["refund_again", "refund_was_given", "stop_refund"])
def test_what_is_done_about_a_refund_is_shown_before_it_is_done(order, unanswered, dashboard, action):
    step, _sent = reviews(dashboard, order, unanswered, action)

    assert "Cancellation of £20.00: not finished yet" in step.content.decode()
    unanswered.refresh_from_db()
    assert unanswered.state == "open"


def test_what_was_confirmed_as_a_repetition_stops_nothing(order, unanswered, dashboard):
    _step, sent = reviews(dashboard, order, unanswered, "refund_again")

    sent.pop("order_action")
    message = dashboard.acts(order, "stop_refund", **sent)

    assert "has changed since you saw it" in message
    unanswered.refresh_from_db()
    assert unanswered.state == "open"


def test_a_refund_is_stopped_once_that_is_confirmed(order, unanswered, dashboard):
    _step, sent = reviews(dashboard, order, unanswered, "stop_refund")

    dashboard.client.post(page_of(order), sent)

    unanswered.refresh_from_db()
    assert unanswered.state == "stopped"


@pytest.mark.parametrize("action", ["refund_again", "refund_was_given", "stop_refund"])
def test_nothing_is_done_about_a_refund_without_what_was_shown(order, unanswered, dashboard, action):
    message = dashboard.acts(order, action, refund=unanswered.pk, shown="")

    assert "Nothing has been done yet" in message
    unanswered.refresh_from_db()
    assert unanswered.state == "open"

"""A cancelled order gives back all that was paid."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger import facade
from accounts_ledger.models import Transfer
from oscar_integration.after_order import cancel_order, refund_order

pytestmark = pytest.mark.usefixtures("books")


def balance(card):
    card.refresh_from_db()
    return card.balance


def status(order):
    order.refresh_from_db()
    return order.status


def test_the_money_goes_back_to_the_cards_it_came_from(paid_order, gift_card, dashboard):
    first, last = gift_card("12.00"), gift_card("30.00")
    order = paid_order(first, last)

    dashboard.cancels(order)

    assert status(order) == "Cancelled"
    assert (balance(first), balance(last)) == (D("12.00"), D("30.00"))


def test_only_what_is_left_goes_back(paid_order, gift_card, dashboard):
    card = gift_card("50.00")
    order = paid_order(card)
    refund_order(order, D("5.00"))

    dashboard.cancels(order)

    assert balance(card) == D("50.00")


def test_the_other_method_gives_its_part_back(paid_order, gift_card, dashboard, sources):
    order = paid_order(gift_card("12.00"))

    dashboard.cancels(order)

    assert sorted(sources(order).values()) == [D("8.00"), D("12.00")]


def test_the_stock_is_free_again(paid_order, gift_card, dashboard, product):
    order = paid_order(gift_card("50.00"))
    assert product.stockrecords.get().num_allocated == 1

    dashboard.cancels(order)

    assert product.stockrecords.get().num_allocated == 0


def test_cancelling_twice_gives_back_once(paid_order, gift_card, manager):
    card = gift_card("50.00")
    order = paid_order(card)

    assert [cancel_order(order, manager) for _ in range(3)] == [True, False, False]
    assert balance(card) == D("50.00")


def test_somebody_who_has_an_old_page_open_cancels_in_vain(paid_order, gift_card, handler):
    order = paid_order(gift_card("50.00"))
    old = type(order).objects.get(pk=order.pk)
    handler.handle_order_status_change(order, "Cancelled")

    handler.handle_order_status_change(old, "Cancelled")

    assert Transfer.objects.filter(kind="refund").count() == 1


def test_when_a_card_cannot_take_its_money_the_order_stays(paid_order, gift_card, dashboard):
    card = gift_card("50.00")
    order = paid_order(card)
    facade.freeze(card)

    assert "frozen" in dashboard.cancels(order)
    assert status(order) == "Pending"
    assert balance(card) == D("30.00")
    assert not order.status_changes.exists()


def test_when_the_other_method_fails_the_order_stays(paid_order, gift_card, handler, monkeypatch):
    order = paid_order(gift_card("12.00"))

    def fail(*args):
        raise PaymentError("The provider does not answer.")

    monkeypatch.setattr("backoffice.shop.demo_card.refund", fail)
    with pytest.raises(PaymentError):
        handler.handle_order_status_change(order, "Cancelled")

    assert status(order) == "Pending"


def test_a_complete_order_cannot_be_cancelled_and_keeps_its_money(paid_order, gift_card, manager):
    card = gift_card("50.00")
    order = paid_order(card)
    order.set_status("Being processed")
    order.set_status("Complete")

    with pytest.raises(InvalidOrderStatus):
        cancel_order(order, manager)

    assert balance(card) == D("30.00")


def test_the_other_method_is_not_asked_when_a_complete_order_is_cancelled(paid_order, gift_card, manager, monkeypatch):
    asked = []
    monkeypatch.setattr("backoffice.shop.demo_card.refund", lambda *args: asked.append(args))
    order = paid_order(gift_card("12.00"))
    for status in ("Being processed", "Complete"):
        order.set_status(status)

    with pytest.raises(InvalidOrderStatus):
        cancel_order(order, manager)

    assert asked == []


def test_cancelling_what_was_refunded_before_is_no_second_refund(paid_order, gift_card, refund, manager):
    order = paid_order(gift_card("50.00"))
    refund(order, "20.00")

    cancel_order(order, manager)

    assert order.payment_events.filter(event_type__name="Refund").count() == 1


def test_other_changes_of_status_move_no_money(paid_order, gift_card, handler):
    card = gift_card("50.00")
    order = paid_order(card)

    handler.handle_order_status_change(order, "Being processed")

    assert status(order) == "Being processed"
    assert balance(card) == D("30.00")


def test_the_order_keeps_a_note_of_what_was_done(paid_order, gift_card, dashboard):
    order = paid_order(gift_card("50.00"))

    dashboard.cancels(order)

    assert order.payment_events.get(event_type__name="Refund").amount == D("20.00")
    assert "Cancelled" in order.notes.latest("pk").message

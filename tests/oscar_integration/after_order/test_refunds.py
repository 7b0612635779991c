"""Part of an order's money goes back to where it came from."""

from __future__ import annotations

import hashlib
from decimal import Decimal as D

import pytest
from oscar.apps.order.exceptions import InvalidPaymentEvent
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Transfer
from oscar_integration.after_order import left_to_refund, refund_order
from oscar_integration.after_order.refunding import refund_event_type
from oscar_integration.after_order.request import RefundInProgress

pytestmark = pytest.mark.usefixtures("books")


def balance(card):
    card.refresh_from_db()
    return card.balance


def test_a_part_goes_back_to_the_card(paid_order, gift_card, refund):
    card = gift_card("50.00")
    order = paid_order(card)

    refund(order, "5.00")

    assert balance(card) == D("35.00")


def test_the_refund_names_the_redemption_the_order_and_who_did_it(paid_order, gift_card, refund, manager):
    order = paid_order(gift_card("50.00"))

    refund(order, "5.00")

    made = Transfer.objects.get(kind="refund")
    assert (made.parent.kind, made.merchant_reference, made.user) == ("redemption", order.number, manager)


def test_the_order_keeps_a_record(paid_order, gift_card, refund):
    order = paid_order(gift_card("50.00"))

    refund(order, "5.00")

    source = order.sources.get()
    assert source.amount_refunded == D("5.00")
    assert source.transactions.get(txn_type="Refund").reference == Transfer.objects.get(kind="refund").reference
    assert order.payment_events.get(event_type__name="Refund").amount == D("5.00")


def test_the_last_source_is_refunded_first(paid_order, gift_card, refund):
    first, last = gift_card("12.00"), gift_card("8.00")
    order = paid_order(first, last)

    refund(order, "10.00")

    assert (balance(first), balance(last)) == (D("2.00"), D("8.00"))


def test_a_shop_can_refund_the_first_source_first(paid_order, gift_card, refund, settings):
    settings.ACCOUNTS_REFUND_ORDER = "first-in-first-out"
    first, last = gift_card("12.00"), gift_card("8.00")
    order = paid_order(first, last)

    refund(order, "10.00")

    assert (balance(first), balance(last)) == (D("10.00"), D("0.00"))


def test_several_refunds_add_up_to_what_was_paid(paid_order, gift_card, refund):
    first, last = gift_card("12.00"), gift_card("8.00")
    order = paid_order(first, last)
    for amount in ("7.00", "7.00", "6.00"):
        refund(order, amount)

    assert (balance(first), balance(last)) == (D("12.00"), D("8.00"))
    assert left_to_refund(order) == 0


@pytest.mark.parametrize("amount", ["20.01", "1000000"])
def test_more_than_was_paid_is_refused(paid_order, gift_card, refund, amount):
    card = gift_card("50.00")
    order = paid_order(card)

    with pytest.raises(PaymentError, match=r"Only £20\.00"):
        refund(order, amount)

    assert balance(card) == D("30.00")
    assert not order.payment_events.filter(event_type__name="Refund").exists()


def test_what_staff_refunded_in_the_back_office_is_not_refunded_again(paid_order, gift_card, refund):
    order = paid_order(gift_card("50.00"))
    facade.refund(Transfer.objects.get(kind="redemption"), D("15.00"))

    with pytest.raises(PaymentError, match=r"Only £5\.00"):
        refund(order, "6.00")


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1.005"])
def test_what_is_no_amount_is_refused(paid_order, gift_card, refund, amount):
    order = paid_order(gift_card("50.00"))

    with pytest.raises(InvalidPaymentEvent):
        refund(order, amount)

    assert not Transfer.objects.filter(kind="refund").exists()


def test_the_same_key_refunds_once(paid_order, gift_card):
    card = gift_card("50.00")
    order = paid_order(card)

    events = [refund_order(order, D("5.00"), idempotency_key="return-77") for _ in range(3)]

    assert len({event.pk for event in events}) == 1
    assert balance(card) == D("35.00")


def test_the_same_key_for_another_amount_is_refused(paid_order, gift_card):
    order = paid_order(gift_card("50.00"))
    refund_order(order, D("5.00"), idempotency_key="return-77")

    with pytest.raises(exceptions.IdempotencyConflict):
        refund_order(order, D("6.00"), idempotency_key="return-77")


# --- Other methods of payment ----------------------------------------------------------------------


@pytest.fixture
def provider(monkeypatch):
    """What the demo card was asked to give back, by reference."""
    given_back = {}

    def refund(source, amount, reference):
        given_back[reference] = amount

    monkeypatch.setattr("backoffice.shop.demo_card.refund", refund)
    return given_back


def test_what_another_method_paid_goes_back_there(paid_order, gift_card, refund, provider):
    card = gift_card("12.00")
    order = paid_order(card)

    refund(order, "20.00")

    assert list(provider.values()) == [D("8.00")]
    assert balance(card) == D("12.00")


def test_when_the_other_method_fails_nothing_moves(paid_order, gift_card, refund, monkeypatch, sources):
    card = gift_card("12.00")
    order = paid_order(card)

    def fail(*args):
        raise PaymentError("The provider does not answer.")

    monkeypatch.setattr("backoffice.shop.demo_card.refund", fail)
    with pytest.raises(PaymentError):
        refund(order, "20.00")

    assert balance(card) == 0
    assert set(sources(order).values()) == {D("0.00")}


def test_what_the_ledger_will_refuse_it_refuses_before_the_other_method_is_asked(
    paid_order, gift_card, refund, provider, sources
):
    card = gift_card("12.00")
    order = paid_order(card)
    facade.freeze(card)

    with pytest.raises(PaymentError, match="frozen"):
        refund(order, "20.00")

    assert provider == {}
    assert set(sources(order).values()) == {D("0.00")}


def test_when_the_ledger_refuses_after_all_a_repetition_does_the_rest_only(paid_order, gift_card, monkeypatch, sources):
    card = gift_card("12.00")
    order = paid_order(card)
    asked = meanwhile(monkeypatch, lambda: facade.freeze(card))
    with pytest.raises(exceptions.FrozenAccount):
        refund_order(order, D("20.00"), idempotency_key="return-77")
    card.refresh_from_db()
    facade.thaw(card)

    refund_order(order, D("20.00"), idempotency_key="return-77")

    assert list(asked.values()) == [D("8.00")]
    assert sorted(sources(order).values()) == [D("8.00"), D("12.00")]


class Stopped(Exception):
    """The server was killed."""


@pytest.mark.parametrize(("amount", "by_card", "by_account"), [("5.00", "5.00", "0.00"), ("10.00", "8.00", "2.00")])
def test_a_refund_that_was_interrupted_goes_on_where_it_was(
    amount, by_card, by_account, paid_order, gift_card, provider, monkeypatch
):
    card = gift_card("12.00")
    order = paid_order(card)

    def stop(*args):
        raise Stopped

    with monkeypatch.context() as server:
        server.setattr("oscar_integration.after_order.settling.settle", stop)
        with pytest.raises(Stopped):
            refund_order(order, D(amount), idempotency_key="return-77")
    refund_order(order, D(amount), idempotency_key="return-77")

    assert list(provider.values()) == [D(by_card)]
    assert balance(card) == D(by_account)
    assert order.payment_events.get(event_type__name="Refund").amount == D(amount)


def test_another_refund_is_another_request_to_the_other_method(paid_order, gift_card, provider):
    order = paid_order(gift_card("12.00"))

    refund_order(order, D("3.00"), idempotency_key="return-77")
    refund_order(order, D("3.00"), idempotency_key="return-78")

    assert list(provider.values()) == [D("3.00"), D("3.00")]


def meanwhile(monkeypatch, act):
    """Have *act* done while the other method is asked for the first time; return what it is asked, by reference."""
    asked = {}

    def refund(source, amount, reference):
        first = not asked
        asked[reference] = amount
        if first:
            act()

    monkeypatch.setattr("backoffice.shop.demo_card.refund", refund)
    return asked


def test_a_refund_sent_again_while_the_other_method_is_asked_has_to_wait(paid_order, gift_card, monkeypatch, sources):
    monkeypatch.setattr("oscar_integration.after_order.running.WAIT_SECONDS", 0)
    order = paid_order(gift_card("12.00"))

    def again():
        with pytest.raises(RefundInProgress, match="not finished"):
            refund_order(order, D("5.00"), idempotency_key="return-77")

    asked = meanwhile(monkeypatch, again)
    refund_order(order, D("5.00"), idempotency_key="return-77")

    assert list(asked.values()) == [D("5.00")]
    assert sorted(sources(order).values()) == [D("0.00"), D("5.00")]


def test_another_refund_at_the_same_moment_gives_back_what_the_first_has_not_reserved(
    paid_order, gift_card, monkeypatch, sources
):
    order = paid_order(gift_card("12.00"))
    asked = meanwhile(monkeypatch, lambda: refund_order(order, D("5.00"), idempotency_key="return-77"))

    refund_order(order, D("5.00"), idempotency_key="return-78")

    assert sum(asked.values()) == D("8.00")
    assert sorted(sources(order).values()) == [D("2.00"), D("8.00")]


def test_what_a_refund_in_progress_has_reserved_is_not_refunded_by_another(paid_order, gift_card, monkeypatch, sources):
    order = paid_order(gift_card("12.00"))

    def more():
        with pytest.raises(exceptions.RefundExceeded, match=r"Only £5\.00"):
            refund_order(order, D("6.00"), idempotency_key="return-78")

    meanwhile(monkeypatch, more)
    refund_order(order, D("15.00"), idempotency_key="return-77")

    assert sum(sources(order).values()) == D("15.00")


def test_without_a_way_to_refund_the_other_method_staff_are_told(paid_order, gift_card, refund, settings):
    settings.ACCOUNTS_REFUND_REMAINDER = None
    order = paid_order(gift_card("12.00"))

    with pytest.raises(PaymentError, match=r"£8\.00 of this order was paid by Demo card"):
        refund(order, "20.00")


def test_what_an_older_version_had_given_back_when_it_was_stopped_is_not_given_back_again(
    paid_order, gift_card, provider, sources
):
    """Then, only the reference of a payment transaction told."""
    card = gift_card("12.00")
    order = paid_order(card)
    source = order.sources.exclude(source_type__code="account").get()
    digest = hashlib.sha256(f"{order.number}:return-77".encode()).hexdigest()[:32]
    source.refund(D("8.00"), reference=f"refund-{order.number}-{digest}-{source.pk}", status="Refunded")

    event = refund_order(order, D("10.00"), idempotency_key="return-77")

    assert (provider, balance(card), event.amount) == ({}, D("2.00"), D("10.00"))
    assert sorted(sources(order).values()) == [D("2.00"), D("8.00")]


def test_a_key_of_a_refund_by_an_older_version_is_still_known(paid_order, gift_card):
    """Then, only the reference of the payment event told."""
    card = gift_card("50.00")
    order = paid_order(card)
    event = order.payment_events.create(event_type=refund_event_type(), amount=D("5.00"), reference="return-77")

    assert refund_order(order, D("5.00"), idempotency_key="return-77") == event
    with pytest.raises(exceptions.IdempotencyConflict):
        refund_order(order, D("6.00"), idempotency_key="return-77")
    assert balance(card) == D("30.00")


def test_what_staff_give_an_account_while_the_other_method_is_asked_is_not_given_twice(
    paid_order, gift_card, monkeypatch, sources
):
    card = gift_card("12.00")
    order = paid_order(card)
    redemption = Transfer.objects.get(kind="redemption")
    monkeypatch.setattr(
        "backoffice.shop.demo_card.refund", lambda *args: facade.refund(redemption, D("9.00"), user=None)
    )

    event = refund_order(order, D("20.00"))

    assert balance(card) == D("12.00")
    assert (event.amount, left_to_refund(order)) == (D("11.00"), D("0.00"))
    assert "£9.00 of what was to be given back had come back" in order.notes.get().message

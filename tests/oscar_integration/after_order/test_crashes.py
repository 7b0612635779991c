"""A refund, or a cancellation, is interrupted at each of its steps, and finished by the command that runs every few
minutes, or by a repetition."""

from __future__ import annotations

from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from oscar.apps.payment.exceptions import GatewayError, PaymentError

from accounts_ledger import facade
from oscar_integration.after_order import cancel_order, refund_order
from oscar_integration.after_order.request import RefundUnanswered
from oscar_integration.models import OrderRefund
from oscar_integration.records import transfer_of
from tests.oscar_integration.after_order import crashing
from tests.oscar_integration.after_order.crashing import POINTS, Killed, killed_at

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def provider(settings, tmp_path, monkeypatch):
    """A provider that gives back for one reference once; returns what it has given back."""
    monkeypatch.setenv(crashing.FOLDER, str(tmp_path))
    settings.ACCOUNTS_REFUND_REMAINDER = "tests.oscar_integration.after_order.crashing.refund"
    return crashing.given


@pytest.fixture
def order(paid_order, gift_card, provider):
    """20.00: 12.00 of a card, 8.00 of another method."""
    return paid_order(gift_card("12.00"))


@pytest.fixture
def _dead_at_once(settings):
    """Whoever has given no sign of life just now is dead."""
    settings.ACCOUNTS_PAYMENT_TIMEOUT = 0


def die():
    raise Killed


def finish():
    out = StringIO()
    call_command("finish_abandoned_payments", stdout=out)
    return out.getvalue()


def on_record(order):
    return sum(source.amount_refunded for source in order.sources.all())


def status(order):
    order.refresh_from_db()
    return order.status


ACTS = {
    "refund": lambda order: refund_order(order, D("15.00"), idempotency_key="return-77"),
    "cancel": cancel_order,
}


@pytest.mark.usefixtures("_dead_at_once")
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("point", POINTS)
def test_what_was_interrupted_is_finished_by_the_command(order, provider, act, point):
    with killed_at(point, die), pytest.raises(Killed):
        ACTS[act](order)

    finish()
    finish()

    wanted = D("15.00") if act == "refund" else D("20.00")
    assert (provider(), on_record(order)) == (D("8.00"), wanted)
    assert order.payment_events.get(event_type__name="Refund").amount == wanted
    assert status(order) == ("Pending" if act == "refund" else "Cancelled")


@pytest.mark.usefixtures("_dead_at_once")
@pytest.mark.parametrize("point", POINTS)
def test_what_was_interrupted_is_finished_by_a_repetition(order, provider, point):
    with killed_at(point, die), pytest.raises(Killed):
        ACTS["refund"](order)

    event = ACTS["refund"](order)

    assert event.amount == D("15.00")
    assert (provider(), on_record(order)) == (D("8.00"), D("15.00"))


def test_a_refund_that_is_being_made_is_left_alone_by_the_command(order, provider):
    with killed_at("before asking", die), pytest.raises(Killed):
        ACTS["refund"](order)

    finish()

    assert (provider(), on_record(order)) == (0, 0)


@pytest.mark.usefixtures("_dead_at_once")
def test_what_an_interrupted_refund_has_reserved_cannot_be_refunded_beside_it(order, provider):
    with killed_at("before it is on record", die), pytest.raises(Killed):
        ACTS["refund"](order)

    with pytest.raises(Exception, match=r"Only £5\.00"):
        refund_order(order, D("6.00"))

    finish()
    assert on_record(order) == D("15.00")


# --- Answers that are none -------------------------------------------------------------------------


@pytest.fixture
def answers(monkeypatch, provider):
    """Have the provider give back and then answer like this, once."""

    def answer(error):
        def refund(source, amount, reference):
            monkeypatch.setattr(crashing, "refund", original)
            original(source, amount, reference)
            raise error

        original = crashing.refund
        monkeypatch.setattr(crashing, "refund", refund)

    return answer


@pytest.mark.parametrize("error", [GatewayError("timeout"), TimeoutError(), ConnectionResetError(), KeyError("id")])
def test_an_answer_that_was_lost_is_asked_for_again_and_the_money_is_given_back_once(order, provider, answers, error):
    answers(error)
    with pytest.raises(RefundUnanswered, match="did not confirm"):
        ACTS["refund"](order)
    assert OrderRefund.objects.get().state == "open"

    assert "1 interrupted refunds finished" in finish()

    assert (provider(), on_record(order)) == (D("8.00"), D("15.00"))


def test_the_order_is_not_cancelled_as_long_as_the_answer_is_missing(order, answers):
    answers(GatewayError("timeout"))

    with pytest.raises(RefundUnanswered):
        cancel_order(order)

    assert status(order) == "Pending"
    assert cancel_order(order)
    assert status(order) == "Cancelled"


def test_the_status_does_not_change_while_the_order_is_being_cancelled(order, answers, handler):
    answers(GatewayError("timeout"))
    with pytest.raises(RefundUnanswered):
        cancel_order(order)

    with pytest.raises(PaymentError, match="not finished"):
        handler.handle_order_status_change(order, "Being processed")

    assert status(order) == "Pending"


def test_a_refusal_frees_what_was_reserved(order, monkeypatch, provider):
    def refuse(*args):
        raise PaymentError("The card was closed.")

    with monkeypatch.context() as context:
        context.setattr(crashing, "refund", refuse)
        with pytest.raises(PaymentError, match="closed"):
            ACTS["refund"](order)
    assert OrderRefund.objects.get().state == "stopped"

    refund_order(order, D("20.00"))

    assert (provider(), on_record(order)) == (D("8.00"), D("20.00"))


def test_a_refusal_is_asked_anew_under_another_reference(order, monkeypatch, provider):
    """Providers remember their refusal by the reference, too."""
    asked = []

    def refuse(source, amount, reference):
        asked.append(reference)
        raise PaymentError("Not today.")

    with monkeypatch.context() as context:
        context.setattr(crashing, "refund", refuse)
        for _try in range(2):
            with pytest.raises(PaymentError):
                ACTS["refund"](order)

    assert len(set(asked)) == 2
    assert ACTS["refund"](order).amount == D("15.00")


def test_the_command_fails_as_long_as_something_is_owed(order, monkeypatch):
    card = transfer_of(order.sources.get(source_type__code="account")).source

    def freeze_and_give(*args):
        facade.freeze(card)

    with monkeypatch.context() as context:
        context.setattr(crashing, "refund", freeze_and_give)
        with pytest.raises(Exception, match="frozen"):
            cancel_order(order)

    with pytest.raises(CommandError, match="1 refunds are not finished"):
        finish()
    card.refresh_from_db()
    facade.thaw(card)
    finish()

    assert (status(order), on_record(order)) == ("Cancelled", D("20.00"))

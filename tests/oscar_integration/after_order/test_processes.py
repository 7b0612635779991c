"""Processes of their own that refund, cancel, and are killed meanwhile, on a database that they share."""

from __future__ import annotations

import multiprocessing
import os
import signal
from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.db import connection, connections
from oscar.apps.payment.exceptions import PaymentError
from oscar.core.loading import get_model

from accounts_ledger.exceptions import AccountException
from oscar_integration.after_order import cancel_order, refund_order
from tests.oscar_integration.after_order import crashing
from tests.oscar_integration.after_order.crashing import POINTS, killed_at

Order = get_model("order", "Order")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.usefixtures("_processes_share_the_database", "books"),
]


@pytest.fixture
def _processes_share_the_database(db):
    if connection.vendor == "sqlite":
        pytest.skip("processes do not share SQLite's in-memory database")


@pytest.fixture
def order(paid_order, gift_card, settings, tmp_path, monkeypatch):
    """20.00: 12.00 of a card, 8.00 of another method."""
    monkeypatch.setenv(crashing.FOLDER, str(tmp_path))
    settings.ACCOUNTS_REFUND_REMAINDER = "tests.oscar_integration.after_order.crashing.refund"
    return paid_order(gift_card("12.00"))


def in_processes(*acts):
    """Run each of *acts* in a process of its own at the same moment; return their exit codes."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(len(acts))
    processes = [context.Process(target=_run, args=(act, barrier)) for act in acts]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    return [process.exitcode for process in processes]


def _run(act, barrier):
    barrier.wait(60)
    try:
        act()
    except (AccountException, PaymentError):
        os._exit(3)
    os._exit(0)


def kill_me():
    os.kill(os.getpid(), signal.SIGKILL)


def on_record(order):
    return sum(source.amount_refunded for source in order.sources.all())


def refunds(order, amount, key):
    return lambda: refund_order(Order.objects.get(pk=order.pk), D(amount), idempotency_key=key)


def cancels(order):
    return lambda: cancel_order(Order.objects.get(pk=order.pk))


def test_many_refunds_and_a_cancellation_never_give_back_more_than_was_paid(order):
    in_processes(*[refunds(order, "7.00", f"return-{number}") for number in range(4)], cancels(order))

    order.refresh_from_db()
    assert on_record(order) <= D("20.00")
    assert order.status != "Cancelled" or on_record(order) == D("20.00")
    external = order.sources.exclude(source_type__code="account").get()
    assert crashing.given() == external.amount_refunded


def test_two_cancellations_at_the_same_moment_cancel_once(order):
    assert in_processes(cancels(order), cancels(order)) == [0, 0]

    order.refresh_from_db()
    assert (order.status, on_record(order), crashing.given()) == ("Cancelled", D("20.00"), D("8.00"))
    assert order.status_changes.count() == 1


def test_a_refund_and_a_cancellation_at_the_same_moment_give_back_all_of_it(order):
    in_processes(refunds(order, "5.00", "return-77"), cancels(order))

    order.refresh_from_db()
    assert (order.status, on_record(order), crashing.given()) == ("Cancelled", D("20.00"), D("8.00"))


@pytest.mark.parametrize("act", ["refund", "cancel"])
@pytest.mark.parametrize("point", POINTS)
def test_what_a_killed_process_has_left_is_finished(order, settings, act, point):
    def killed():
        with killed_at(point, kill_me):
            (refunds(order, "15.00", "return-77") if act == "refund" else cancels(order))()

    assert in_processes(killed) == [-signal.SIGKILL]

    settings.ACCOUNTS_PAYMENT_TIMEOUT = 0
    call_command("finish_abandoned_payments")

    wanted = D("15.00") if act == "refund" else D("20.00")
    order.refresh_from_db()
    assert (crashing.given(), on_record(order)) == (D("8.00"), wanted)
    assert order.status == ("Pending" if act == "refund" else "Cancelled")
    assert order.payment_events.get(event_type__name="Refund").amount == wanted

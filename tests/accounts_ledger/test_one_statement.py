"""On PostgreSQL a transfer is one round trip: counted where it cannot be hidden, in the protocol itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal as D

import pytest
from django.db import connection

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account
from tests.accounts_ledger.conftest import on_postgresql

pytestmark = on_postgresql


class RoundTrips:
    """How often the client sent something and waited for the answer."""

    count = 0


@contextmanager
def counted() -> Iterator[RoundTrips]:
    """Count the messages after which libpq waits for the server: Sync (extended protocol) and Query (simple)."""
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    trips = RoundTrips()
    with tempfile.TemporaryFile() as trace:
        pgconn.trace(trace.fileno())
        try:
            yield trips
        finally:
            pgconn.untrace()
        trace.seek(0)
        messages = [line.split("\t") for line in trace.read().decode(errors="replace").splitlines()]
    sent = [message[3] for message in messages if len(message) > 3 and message[1] == "F"]
    trips.count = sent.count("Sync") + sent.count("Query")


@pytest.fixture
def cards(transactional_db, books) -> tuple[Account, Account]:
    card = Account.objects.create()
    facade.transfer(chart.bank(), card, D("50.00"))
    return card, chart.redemptions()


def test_the_counter_counts(cards):
    with counted() as trips, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT %s::int", [2])

    assert trips.count == 2


def test_a_transfer_is_one_round_trip(cards):
    with counted() as trips:
        facade.transfer(*cards, D("10.00"), merchant_reference="100001", idempotency_key="once")

    assert trips.count == 1


def test_a_transfer_by_a_user_is_one_round_trip(cards, customer):
    with counted() as trips:
        facade.transfer(*cards, D("10.00"), user=customer)

    assert trips.count == 1


def test_a_batch_of_one_is_one_round_trip(cards):
    request = facade.TransferRequest(source=cards[0], destination=cards[1], amount=D("10.00"))
    with counted() as trips:
        facade.transfer_many([request])

    assert trips.count == 1


def test_a_refusal_comes_back_with_its_figures_in_the_same_round_trip(cards):
    with counted() as trips, pytest.raises(exceptions.InsufficientFunds) as refused:
        facade.transfer(*cards, D("60.00"))

    assert trips.count == 1
    assert refused.value.details == {"account": cards[0].pk, "available": D("50.00")}


def test_an_order_paid_by_two_cards_is_one_round_trip(cards):
    other = Account.objects.create()
    facade.transfer(chart.bank(), other, D("20.00"))
    requests = [
        facade.TransferRequest(source=source, destination=cards[1], amount=D("10.00")) for source in (cards[0], other)
    ]
    with counted() as trips:
        facade.transfer_many(requests)

    assert trips.count == 1


def test_the_capture_of_several_holds_is_one_round_trip(cards):
    other = Account.objects.create()
    facade.transfer(chart.bank(), other, D("20.00"))
    holds = [facade.hold(account, D("10.00")) for account in (cards[0], other)]
    with counted() as trips:
        facade.capture_many(holds, destination=cards[1])

    assert trips.count == 1


def test_the_statement_is_seen_by_who_watches_the_connection(cards, django_assert_num_queries):
    seen = []

    def watch(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch), django_assert_num_queries(1):
        facade.transfer(*cards, D("10.00"))

    assert "ledger_post" in seen[0]


def test_ten_thousand_transfers_take_a_handful_of_statements(cards):
    accounts = Account.objects.bulk_create(Account() for _ in range(100))
    requests = [
        facade.TransferRequest(
            source=cards[0], destination=accounts[number % 100], amount=D("0.01"), idempotency_key=f"load {number}"
        )
        for number in range(5_000)
    ]
    back = [
        facade.TransferRequest(source=accounts[number % 100], destination=cards[0], amount=D("0.01"))
        for number in range(5_000)
    ]
    with counted() as trips:
        transfers = facade.transfer_many([*requests, *back])

    assert len(transfers) == 10_000
    assert trips.count <= 12
    assert cards[0].balance == D("50.00")

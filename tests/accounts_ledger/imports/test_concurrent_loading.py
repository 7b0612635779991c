"""Several people and a running load, on a database where that can happen: PostgreSQL."""

import threading

import pytest
from django.db import connection, connections

from accounts_ledger.imports import content, job, limits, run
from accounts_ledger.imports.errors import BatchNotReady
from accounts_ledger.models import GiftCardBatch, Transfer
from tests.accounts_ledger.conftest import on_postgresql

pytestmark = [on_postgresql, pytest.mark.django_db(transaction=True)]

TEN = "code,amount\n" + "".join(f"ALPHA-BRAVO-7{number}X,5.00\n" for number in range(10))


def all_at_once(count, act):
    """Run *act* in so many threads, each with a connection of its own, and return what came of each."""
    outcomes, start = [], threading.Barrier(count)

    def one():
        start.wait()
        try:
            outcomes.append(act())
        except BatchNotReady as refusal:
            outcomes.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_batch_confirmed_by_many_at_once_is_loaded_once(checked, books):
    batch = checked(TEN)

    outcomes = all_at_once(6, lambda: run.start_load(GiftCardBatch.objects.get(pk=batch.pk), None, inline=True))

    assert sum(isinstance(outcome, BatchNotReady) for outcome in outcomes) == 5
    assert batch.accounts.count() == 10
    assert Transfer.objects.filter(merchant_reference=batch.reference, kind="load").count() == 10


@pytest.fixture
def row_by_row(monkeypatch):
    monkeypatch.setattr(limits, "CHUNK", 1)
    monkeypatch.setattr(job, "_SECONDS_BETWEEN_SIGNS", 0)


def meanwhile(monkeypatch, act):
    """Do *act* over a connection of its own after the fifth row of a load."""
    rows = content.rows

    def interrupted(batch):
        for number, chunk in enumerate(rows(batch), 1):
            if number == 6:
                elsewhere = connection.copy()
                with elsewhere.cursor() as cursor:
                    act(cursor)
                elsewhere.close()
            yield chunk

    monkeypatch.setattr(content, "rows", interrupted)


def test_others_see_the_progress_of_a_load_while_it_runs(checked, books, row_by_row, monkeypatch):
    batch = checked(TEN)
    seen = []

    def look(cursor):
        cursor.execute("SELECT state, processed FROM accounts_ledger_giftcardbatch WHERE id = %s", [batch.pk])
        seen.extend(cursor.fetchall())
        cursor.execute("SELECT count(*) FROM accounts_ledger_account WHERE batch_id = %s", [batch.pk])
        seen.extend(cursor.fetchall())

    meanwhile(monkeypatch, look)
    run.start_load(batch, None, inline=True)

    assert seen == [("loading", 5), (0,)]
    assert batch.state == "loaded"


def test_a_load_that_is_cancelled_while_it_runs_leaves_nothing(checked, books, row_by_row, monkeypatch):
    batch = checked(TEN)

    def cancel(cursor):
        cursor.execute("UPDATE accounts_ledger_giftcardbatch SET cancel_requested = true WHERE id = %s", [batch.pk])

    meanwhile(monkeypatch, cancel)
    run.start_load(batch, None, inline=True)

    assert batch.state == "cancelled"
    assert batch.accounts.count() == 0
    assert Transfer.objects.count() == 0

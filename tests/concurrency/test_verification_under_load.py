"""The books can be verified while money moves: one moment is looked at, so there are no false alarms."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from accounts_ledger import chart, facade, verification
from accounts_ledger.models import Transfer
from benchmarks.spender import Spender

pytestmark = pytest.mark.django_db(transaction=True)

_VERIFICATIONS = 5


def test_no_verification_raises_an_alarm_while_transfers_go_on(books):
    for _number in range(4):
        facade.issue(chart.bank(), 50)
    stop = threading.Event()
    failures: list[Exception] = []

    def spend(number: int) -> None:
        try:
            spender = Spender(f"thread{number}", seed=number)
            while not stop.is_set():
                spender.act()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=spend, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    reports = []
    try:
        for _turn in range(_VERIFICATIONS):
            moved = Transfer.objects.count()
            # Small steps: many queries, with many transfers in between.
            reports.append(verification.verify_ledger(step=20))
            while Transfer.objects.count() == moved and not failures:
                pass
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert failures == []
    assert [report.findings for report in reports] == [[]] * _VERIFICATIONS
    assert reports[-1].transfers > reports[0].transfers

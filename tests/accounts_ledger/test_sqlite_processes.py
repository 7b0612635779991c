"""Several processes on one SQLite file: the embedded database is as safe as the big one, only not as fast."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.db import connection, connections

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account
from tests.accounts_ledger.conftest import on_sqlite

pytestmark = [on_sqlite, pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

PROCESSES = 4


@pytest.fixture
def in_processes(tmp_path) -> Callable:
    """Run an act in processes of their own on a copy of the test's database; return results and the copy's path."""

    def run(act: Callable[..., object], *arguments: object) -> tuple[list[object], Path]:
        path = tmp_path / "ledger.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        with multiprocessing.get_context("fork").Pool(PROCESSES, _open, [str(path)]) as pool:
            results = pool.starmap(act, [arguments] * PROCESSES, chunksize=1)
        return results, path

    return run


def _open(path: str) -> None:
    connections.settings["default"]["NAME"] = path
    connections["default"] = connections.create_connection("default")


def _outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except exceptions.AccountException as refusal:
        return type(refusal).__name__
    return "done"


def _redeem(card: int, times: int) -> list[str]:
    return [
        _outcome(lambda: facade.transfer(Account.objects.get(pk=card), chart.redemptions(), D("10.00")))
        for _ in range(times)
    ]


def _redeem_once(card: int) -> str:
    return facade.transfer(
        Account.objects.get(pk=card), chart.redemptions(), D("10.00"), idempotency_key="once"
    ).reference


def _hold_and_capture(card: int, times: int) -> list[str]:
    return [
        _outcome(lambda: facade.capture(facade.hold(Account.objects.get(pk=card), D("10.00")), D("4.00")))
        for _ in range(times)
    ]


def _expire() -> tuple[int, int]:
    report = facade.close_expired_accounts()
    return report.closed, len(report.failures)


def asked(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as copy:
        return copy.execute(query).fetchall()


def balanced(path: Path) -> bool:
    account_balances = (
        "SELECT id, CAST(ROUND(balance * 100) AS INTEGER) FROM accounts_ledger_account WHERE sequence > 0"
    )
    sums = (
        "SELECT account_id, CAST(ROUND(SUM(amount) * 100) AS INTEGER) FROM accounts_ledger_transaction"
        " GROUP BY account_id"
    )
    per_account = dict(asked(path, account_balances))
    return per_account == dict(asked(path, sums)) and sum(per_account.values()) == 0


def test_a_card_is_never_spent_for_more_than_it_has(make_card, in_processes):
    card = make_card("200.00")
    results, path = in_processes(_redeem, card.pk, 8)

    assert Counter(outcome for process in results for outcome in process) == {"done": 20, "InsufficientFunds": 12}
    assert balanced(path)
    numbers = asked(path, f"SELECT sequence FROM accounts_ledger_transaction WHERE account_id = {card.pk} ORDER BY 1")
    assert [number for (number,) in numbers] == list(range(1, 22))


def test_one_key_moves_money_once(make_card, in_processes):
    results, path = in_processes(_redeem_once, make_card("200.00").pk)

    assert len(set(results)) == 1
    assert asked(path, "SELECT count(*) FROM accounts_ledger_transfer") == [(2,)]


def test_holds_never_promise_the_same_money_twice(make_card, in_processes):
    card = make_card("50.00")
    results, path = in_processes(_hold_and_capture, card.pk, 5)

    outcomes = Counter(outcome for process in results for outcome in process)
    assert set(outcomes) == {"done", "InsufficientFunds"}
    assert asked(path, f"SELECT balance, held FROM accounts_ledger_account WHERE id = {card.pk}") == [
        (50 - 4 * outcomes["done"], 0)
    ]
    assert balanced(path)


def test_expiry_runs_at_once_close_every_account_once(make_card, in_processes, yesterday):
    for _ in range(12):
        make_card("1.00", end_date=yesterday)
    results, path = in_processes(_expire)

    assert sum(closed for closed, _ in results) == 12
    assert {failures for _, failures in results} == {0}
    assert asked(path, "SELECT balance FROM accounts_ledger_account WHERE chart_code = 'LAPSED:GBP'") == [(12,)]
    assert balanced(path)

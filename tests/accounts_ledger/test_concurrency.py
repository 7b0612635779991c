"""Many spenders at the same moment, each with a connection of its own, on a real PostgreSQL. Then the books are read.

Threads suffice here: each waits for the server most of the time, and the server sees as many clients. (Processes are
what ``tests/concurrency`` uses.)
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D

import pytest
from django.db import connection, connections, transaction

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account, Hold, Transaction, Transfer
from tests.accounts_ledger.conftest import on_postgresql

pytestmark = [
    on_postgresql,
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("books", "engine"),
]


def at_once(acts: Iterable[Callable[[], object]]) -> list[object]:
    """Run every act in a thread of its own, all begun at the same moment; return results, or the refusals' classes."""
    acts = list(acts)
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return act()
        except exceptions.AccountException as refusal:
            return type(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def refusals(results: list[object]) -> Counter:
    return Counter(result for result in results if isinstance(result, type))


def new_card(amount: str = "50.00", **fields) -> Account:
    card = Account.objects.create(**fields)
    if D(amount):
        facade.transfer(chart.bank(), card, D(amount))
    return card


def fresh(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def test_a_card_of_50_is_never_spent_for_more_by_8_clients():
    """The predecessor let all 15 redemptions of 10 through."""
    card, redemptions = new_card("50.00"), chart.redemptions()
    turns = threading.Semaphore(8)

    def redeem() -> Transfer:
        with turns:
            return facade.transfer(fresh(card), fresh(redemptions), D("10.00"), kind=Transfer.Kind.REDEMPTION)

    results = at_once([redeem] * 15)

    assert refusals(results) == {exceptions.InsufficientFunds: 10}
    assert (fresh(card).balance, fresh(redemptions).balance) == (0, 50)


def test_20_attempts_with_one_key_move_money_once():
    card, redemptions = new_card("50.00"), chart.redemptions()

    results = at_once(
        [lambda: facade.transfer(fresh(card), fresh(redemptions), D("10.00"), idempotency_key="once")] * 20
    )

    assert len({transfer.pk for transfer in results}) == 1
    assert fresh(card).balance == D("40.00")


def test_different_requests_with_one_key_move_money_once():
    card, redemptions = new_card("50.00"), chart.redemptions()

    results = at_once(
        [
            lambda amount=amount: facade.transfer(fresh(card), fresh(redemptions), amount, idempotency_key="once")
            for amount in range(1, 11)
        ]
    )

    assert refusals(results) == {exceptions.IdempotencyConflict: 9}
    assert fresh(card).num_transactions() == 2


def test_20_batches_with_the_same_keys_move_money_once():
    bank, cards = chart.bank(), [Account.objects.create() for _ in range(3)]

    def load() -> list[Transfer]:
        return facade.transfer_many(
            facade.TransferRequest(source=bank, destination=card, amount=D("10.00"), idempotency_key=f"{card.pk}")
            for card in map(fresh, cards)
        )

    results = at_once([load] * 20)

    assert len({tuple(transfer.pk for transfer in batch) for batch in results}) == 1
    assert [fresh(card).balance for card in cards] == [10, 10, 10]


def test_20_attempts_to_issue_with_one_key_make_one_card():
    bank = chart.bank()

    results = at_once([lambda: facade.issue(fresh(bank), D("50.00"), idempotency_key="sale")] * 20)

    assert refusals(results) == {}
    assert len({card.pk for card in results}) == 1
    assert fresh(bank).balance == D("-50.00")


def test_a_transfer_is_reversed_once_by_10_clients():
    card = new_card("50.00")
    order = facade.transfer(card, chart.redemptions(), D("30.00"))

    results = at_once([lambda: facade.reverse(Transfer.objects.get(pk=order.pk))] * 10)

    assert refusals(results) == {exceptions.AlreadyReversed: 9}
    assert fresh(card).balance == D("50.00")


def test_refunds_at_once_never_exceed_the_transfer():
    card = new_card("50.00")
    order = facade.transfer(card, chart.redemptions(), D("30.00"))
    facade.transfer(new_card("100.00"), chart.redemptions(), D("100.00"))  # there would be money to give

    results = at_once([lambda: facade.refund(Transfer.objects.get(pk=order.pk), D("7.00"))] * 10)

    assert refusals(results) == {exceptions.RefundExceeded: 6}
    assert fresh(card).balance == D("48.00")
    assert order.max_refund() == D("2.00")


def test_a_reversal_and_refunds_exclude_one_another():
    for _ in range(3):
        card = new_card("50.00")
        order = facade.transfer(card, chart.redemptions(), D("30.00"))
        facade.transfer(new_card("100.00"), chart.redemptions(), D("100.00"))

        at_once(
            [
                lambda order=order: facade.reverse(Transfer.objects.get(pk=order.pk)),
                lambda order=order: facade.refund(Transfer.objects.get(pk=order.pk), D("30.00")),
            ]
        )

        assert fresh(card).balance == D("50.00")


def test_opposite_transfers_do_not_deadlock():
    one, other = new_card("500.00"), new_card("500.00")

    def back_and_forth(source: Account, destination: Account) -> None:
        for _ in range(20):
            facade.transfer(source, destination, D("1.00"))

    results = at_once(
        [lambda: back_and_forth(fresh(one), fresh(other)), lambda: back_and_forth(fresh(other), fresh(one))] * 4
    )

    assert results == [None] * 8
    assert (fresh(one).balance, fresh(other).balance) == (500, 500)


def test_holds_and_transfers_never_promise_the_same_money_twice():
    card, redemptions = new_card("50.00"), chart.redemptions()

    results = at_once(
        [lambda: facade.hold(fresh(card), D("10.00")), lambda: facade.transfer(fresh(card), redemptions, D("10.00"))]
        * 5
    )

    assert refusals(results) == {exceptions.InsufficientFunds: 5}
    assert fresh(card).amount_available == 0


def test_a_hold_is_captured_or_voided_but_not_both():
    for _ in range(3):
        card = new_card("50.00")
        hold = facade.hold(card, D("30.00"))

        results = at_once(
            [
                lambda hold=hold: facade.capture(Hold.objects.get(pk=hold.pk)),
                lambda hold=hold: facade.void(Hold.objects.get(pk=hold.pk)),
            ]
            * 3
        )

        assert refusals(results) == {exceptions.HoldNotOpen: 5}
        captured = Hold.objects.get(pk=hold.pk).status == Hold.Status.CAPTURED
        assert (fresh(card).balance, fresh(card).held) == (20 if captured else 50, 0)


def test_20_holds_with_one_key_reserve_money_once():
    card = new_card("50.00")

    results = at_once([lambda: facade.hold(fresh(card), D("10.00"), idempotency_key="once")] * 20)

    assert len({hold.pk for hold in results}) == 1
    assert fresh(card).held == D("10.00")


def test_saving_a_name_loses_no_transfer():
    card, redemptions = new_card("50.00"), chart.redemptions()

    def rename(number: int) -> None:
        account = fresh(card)
        for turn in range(5):
            account.name = f"{number} {turn}"
            account.save()

    spend = [lambda: facade.transfer(fresh(card), redemptions, D("1.00"))] * 10
    results = at_once([lambda number=number: rename(number) for number in range(5)] + spend)

    assert refusals(results) == {}
    assert fresh(card).balance == D("40.00")


def test_a_stale_form_loses_no_transfer():
    card = new_card("50.00")
    form = fresh(card)
    facade.transfer(card, chart.redemptions(), D("30.00"))

    form.name = "Renamed"
    form.save()

    assert (fresh(card).balance, fresh(card).sequence, fresh(card).name) == (D("20.00"), 2, "Renamed")


def test_an_account_is_closed_empty_or_spent_but_not_both():
    for _ in range(3):
        card, bank = new_card("0.00"), chart.bank()

        at_once(
            [
                lambda card=card: fresh(card).close(),
                lambda card=card, bank=bank: facade.transfer(bank, fresh(card), D("5.00")),
            ]
        )

        assert fresh(card).is_open() or fresh(card).balance == 0


def test_two_expiry_runs_at_once_close_every_account_once(yesterday):
    cards = [new_card("1.00", end_date=yesterday) for _ in range(30)]

    reports = at_once([facade.close_expired_accounts] * 2)
    rest = facade.close_expired_accounts()  # what one run left to the other, should that have failed

    assert sum(report.closed for report in [*reports, rest]) == 30
    assert [report.failures for report in [*reports, rest]] == [[], [], []]
    assert chart.lapsed().balance == D("30.00")
    assert {fresh(card).status for card in cards} == {Account.CLOSED}


def test_expiry_and_spending_at_once_move_the_money_once(yesterday):
    cards = [new_card("10.00", end_date=yesterday) for _ in range(5)]
    redemptions = chart.redemptions()

    at_once(
        [lambda card=card: facade.transfer(fresh(card), redemptions, D("10.00")) for card in cards]
        + [facade.close_expired_accounts]
    )
    facade.close_expired_accounts()

    assert fresh(redemptions).balance + chart.lapsed().balance == D("50.00")
    assert {fresh(card).status for card in cards} == {Account.CLOSED}


def test_sequence_numbers_have_no_gaps_whatever_happens_at_once():
    card, redemptions = new_card("10.00"), chart.redemptions()

    at_once([lambda: facade.transfer(fresh(card), redemptions, D("1.00"))] * 15)

    numbers = Transaction.objects.filter(account=card).order_by("sequence").values_list("sequence", "balance")
    assert list(numbers) == [(number, D(11 - number)) for number in range(1, 12)]


# --- Deadlocks -------------------------------------------------------------------------------------


def quarrel(first_act: Callable, second_act: Callable) -> list[object]:
    """Two clients that each lock an account and then want the other's: the database ends it by refusing one."""
    one, other = new_card("50.00"), new_card("50.00")
    both_locked = threading.Barrier(2)

    def act(mine: Account, others: Account, how: Callable) -> object:
        return how(fresh(mine), fresh(others), both_locked)

    return at_once([lambda: act(one, other, first_act), lambda: act(other, one, second_act)])


def in_a_transaction_of_its_own(mine: Account, others: Account, both_locked: threading.Barrier) -> Transfer:
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=mine.pk)
        both_locked.wait(timeout=30)
        return facade.transfer(mine, others, D("1.00"))


def test_a_deadlock_inside_the_callers_transaction_surfaces_as_a_concurrent_update():
    results = quarrel(in_a_transaction_of_its_own, in_a_transaction_of_its_own)

    assert refusals(results) == {exceptions.ConcurrentUpdate: 1}


def test_a_deadlock_is_retried_when_the_engine_owns_the_transaction():
    from accounts_ledger import posting

    attempts = Counter()

    def by_the_engine(mine: Account, others: Account, both_locked: threading.Barrier) -> Transfer:
        def act() -> Transfer:
            attempts[mine.pk] += 1
            with transaction.atomic():
                Account.objects.select_for_update(no_key=True).get(pk=mine.pk)
                if attempts[mine.pk] == 1:
                    both_locked.wait(timeout=30)
                return facade.transfer(mine, others, D("1.00"))

        return posting.retry_on_conflict(act)

    results = quarrel(by_the_engine, by_the_engine)

    assert refusals(results) == {}
    assert sorted(attempts.values()) == [1, 2]


def test_a_serialization_failure_is_retried():
    """Under REPEATABLE READ the one who comes second is refused by PostgreSQL, and tries again."""
    card, redemptions = new_card("50.00"), chart.redemptions()

    def spend() -> Transfer:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_isolation = 'repeatable read'")
        return facade.transfer(fresh(card), fresh(redemptions), D("10.00"))

    results = at_once([spend] * 3)

    assert refusals(results) == {}
    assert fresh(card).balance == D("20.00")

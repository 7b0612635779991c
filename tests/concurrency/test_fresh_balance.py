"""Whoever waited for a lock decides by what the one before left, in both directions."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.db import transaction

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account, Transfer
from tests.concurrency.waiting import in_thread, until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


def redeem(card: Account, amount: str) -> Transfer:
    return facade.transfer(Account.objects.get(pk=card.pk), chart.redemptions(), D(amount))


def test_value_that_arrives_while_a_debit_waits_can_be_spent(books):
    card = Account.objects.create()
    with transaction.atomic():
        facade.transfer(chart.bank(), card, D("10.00"))
        thread, outcome = in_thread(lambda: redeem(card, "10.00"))
        until_somebody_waits_for_a_lock()
    thread.join()

    assert isinstance(outcome[0], Transfer), outcome
    card.refresh_from_db()
    assert card.balance == 0


def test_value_that_is_spent_while_a_debit_waits_is_gone(books):
    card = facade.issue(chart.bank(), D("10.00"))
    with transaction.atomic():
        redeem(card, "10.00")
        thread, outcome = in_thread(lambda: redeem(card, "10.00"))
        until_somebody_waits_for_a_lock()
    thread.join()

    assert isinstance(outcome[0], exceptions.InsufficientFunds), outcome


def test_a_credit_limit_that_is_raised_while_a_debit_waits_counts(books):
    card = Account.objects.create(credit_limit=D("0.00"))
    with transaction.atomic():
        Account.objects.filter(pk=card.pk).update(credit_limit=D("10.00"))
        thread, outcome = in_thread(lambda: redeem(card, "10.00"))
        until_somebody_waits_for_a_lock()
    thread.join()

    assert isinstance(outcome[0], Transfer), outcome


def test_value_that_is_released_while_a_debit_waits_can_be_spent(books):
    card = facade.issue(chart.bank(), D("10.00"))
    hold = facade.hold(card, D("10.00"))
    with transaction.atomic():
        facade.void(hold)
        thread, outcome = in_thread(lambda: redeem(card, "10.00"))
        until_somebody_waits_for_a_lock()
    thread.join()

    assert isinstance(outcome[0], Transfer), outcome

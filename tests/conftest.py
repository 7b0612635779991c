"""Fixtures for every room: the fixed cast of the stories, and the promise that the books balance."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db.models import Sum
from django.test import TransactionTestCase

from accounts_ledger import chart, guards
from accounts_ledger.models import Account, Transaction
from accounts_ledger.money import ZERO


def pytest_configure() -> None:
    # Passwords of tests are no secrets; hashing them properly would take most of the suite's time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _teardown_with_guards_lifted(original):
    # Transactional tests empty the tables afterwards, which the ledger's guards rightly refuse: lifted there only.
    def fixture_teardown(self):
        from django.db import connection

        with guards.lifted(connection):
            original(self)
        chart.init()

    return fixture_teardown


TransactionTestCase._fixture_teardown = _teardown_with_guards_lifted(TransactionTestCase._fixture_teardown)


@pytest.fixture
def bank(db) -> Account:
    return chart.bank()


@pytest.fixture
def redemptions(db) -> Account:
    return chart.redemptions()


@pytest.fixture
def lapsed(db) -> Account:
    return chart.lapsed()


@pytest.fixture
def merchant_funded(db) -> Account:
    return chart.unpaid_sources()[0]


def assert_books_balance() -> None:
    # Rounded, because SQLite sums in binary fractions.
    assert (Account.objects.aggregate(total=Sum("balance"))["total"] or ZERO).quantize(ZERO) == 0
    assert (Transaction.objects.aggregate(total=Sum("amount"))["total"] or ZERO).quantize(ZERO) == 0
    for account in Account.objects.annotate(total=Sum("transactions__amount")):
        assert account.balance == (account.total or ZERO).quantize(ZERO), account


@pytest.fixture
def books(db):
    """Asserts, once the test is over, that the books balance; call it to assert so in between."""
    yield assert_books_balance
    assert_books_balance()

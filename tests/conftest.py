"""Fixtures for every room: the fixed cast of the stories, and the promise that the books balance."""

from __future__ import annotations

import gc
import os

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.test import TransactionTestCase

from accounts_ledger import chart, code_rotation, guards
from accounts_ledger.models import Account, Transaction
from accounts_ledger.money import ZERO
from tests import any_engine, snapshot
from tests.concurrency.waiting import others_at_work, until


def pytest_configure() -> None:
    # Now and then it is asked whether all keys are known: tests that count queries are not to meet that moment.
    code_rotation._trusted_until = float("inf")
    # Passwords of tests are no secrets; hashing them properly would take most of the suite's time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_itemcollected(item: pytest.Item) -> None:
    any_engine.mark(item)


@pytest.hookimpl(trylast=True)  # after pytest-django, which puts tests that empty tables last
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    # All of Django, Oscar and the tests stays to the end: looking through it again and again for what nobody refers to
    # any more takes a twentieth of the suite's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _teardown_with_guards_lifted(original):
    # Transactional tests empty the tables afterwards, which the ledger's guards rightly refuse: lifted there only.
    def fixture_teardown(self):
        with guards.lifted(connection):
            original(self)
        chart.init()

    return fixture_teardown


TransactionTestCase._fixture_teardown = _teardown_with_guards_lifted(TransactionTestCase._fixture_teardown)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """As pytest-django has it, at the moment before the databases are made."""
    if os.environ.get("TEST_DATABASE_URL"):
        yield  # The programs that dump and restore may be older than that server.
    else:
        with snapshot.used_when_migrating():
            yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """As pytest-django has it, but the database is dropped when the last request of a closed browser has ended."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            until(lambda: not others_at_work(), otherwise=lambda: f"connected still: {others_at_work()}")


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

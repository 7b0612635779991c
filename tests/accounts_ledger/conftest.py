"""What the ledger's specification needs: people, cards, both posting engines, and proof that nothing was written."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from accounts_ledger import chart, facade
from accounts_ledger.models import Account, Hold, Transaction, Transfer
from accounts_ledger.posting import engine as engine_module
from accounts_ledger.posting import portable, postgresql
from tests.database import ENGINE

#: On PostgreSQL the contract is tested with both engines; elsewhere there is only one.
ENGINES = {"postgresql": postgresql, "portable": portable} if ENGINE == "postgresql" else {"portable": portable}

on_postgresql = pytest.mark.skipif(ENGINE != "postgresql", reason="a matter of PostgreSQL only")
on_sqlite = pytest.mark.skipif(ENGINE != "sqlite", reason="a matter of SQLite only")


@pytest.fixture(params=sorted(ENGINES))
def engine(request, monkeypatch) -> str:
    """Run the test once with every posting engine that works on this database."""
    monkeypatch.setattr(engine_module, "_engine", lambda connection, count: ENGINES[request.param])
    return request.param


@pytest.fixture
def make_user(db) -> Callable:
    numbers = itertools.count(1)
    return lambda name=None: get_user_model().objects.create_user(name or f"user{next(numbers)}")


@pytest.fixture
def customer(make_user):
    return make_user("customer")


@pytest.fixture
def stranger(make_user):
    return make_user("stranger")


@pytest.fixture
def clerk(make_user):
    return make_user("clerk")


@pytest.fixture
def make_card(bank) -> Callable[..., Account]:
    """Make a card that was loaded from Bank; the account's other fields can be given."""

    def make(amount: str | D = "50.00", **fields) -> Account:
        card = Account.objects.create(**fields)
        if D(amount):
            facade.transfer(chart.bank(), card, D(amount), kind=Transfer.Kind.LOAD)
        return card

    return make


@pytest.fixture
def card(make_card) -> Account:
    return make_card("50.00")


def everything_written() -> tuple:
    """Return all that posting writes, as the database has it."""
    return (
        list(Account.objects.order_by("pk").values_list("pk", "status", "balance", "held", "sequence")),
        list(Transfer.objects.order_by("pk").values_list("pk", "user", "amount")),
        list(Transaction.objects.order_by("pk").values_list("pk", "balance", "sequence")),
        list(Hold.objects.order_by("pk").values_list("pk", "status", "amount")),
    )


@pytest.fixture
def nothing_written(db):
    """A context manager: whatever happens in its block, the ledger is afterwards as it was before."""

    @contextmanager
    def check() -> Iterator[None]:
        before = everything_written()
        yield
        assert everything_written() == before

    return check


@pytest.fixture
def refused(nothing_written):
    """A context manager: the block is refused with this very exception, and nothing was written."""

    @contextmanager
    def check(exception: type[Exception], match: str | None = None) -> Iterator[pytest.ExceptionInfo]:
        with nothing_written(), pytest.raises(exception, match=match) as caught:
            yield caught
        assert type(caught.value) is exception
        assert str(caught.value), "a refusal says why"

    return check


@pytest.fixture
def yesterday() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=1)

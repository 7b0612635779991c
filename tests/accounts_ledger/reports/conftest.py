"""A random half-year of business, made through the facade with the ledger's clock turned back."""

from __future__ import annotations

import copy
import datetime
import random
from collections.abc import Iterator
from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from accounts_ledger import chart, clock, exceptions, facade
from accounts_ledger.models import Account, Transfer

#: The history starts here and moves on a few hours at a time.
START = datetime.datetime(2026, 1, 3, 9, tzinfo=datetime.UTC)


class Business:
    """Does at random what a shop's customers and staff do."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = START
        self.cards: list[Account] = []
        self.clerk = get_user_model().objects.create_user(f"clerk-{seed}", f"clerk-{seed}@example.com")
        self.types = list(chart.deferred_income_types())

    def run(self, steps: int) -> None:
        acts = [self.sell, self.sell, self.give, self.spend, self.spend, self.spend, self.refund, self.reverse]
        acts += [self.top_up, self.withdraw, self.move, self.extend, self.retype, self.expire]
        for _step in range(steps):
            self.now += datetime.timedelta(hours=self.random.randint(1, 30), seconds=self.random.randint(0, 3599))
            with clock.at(self.now):
                try:
                    self.random.choice(acts)()
                except exceptions.AccountException:
                    continue  # what the ledger refuses, the business does not do

    def sell(self) -> None:
        self._issue(chart.bank())

    def give(self) -> None:
        self._issue(self.random.choice(chart.unpaid_sources()))

    def spend(self) -> None:
        card = self._card()
        order = f"1{self.random.randint(10000, 99999)}"
        facade.transfer(
            card, chart.redemptions(), self._amount(), kind=Transfer.Kind.REDEMPTION, merchant_reference=order
        )

    def refund(self) -> None:
        spent = self._one(Transfer.objects.filter(kind=Transfer.Kind.REDEMPTION))
        facade.refund(spent, self._amount())

    def reverse(self) -> None:
        facade.reverse(self._one(Transfer.objects.all()), user=self.clerk, description="A mistake")

    def top_up(self) -> None:
        facade.top_up(self._card(), chart.bank(), self._amount(), user=self.clerk)

    def withdraw(self) -> None:
        facade.withdraw(self._card(), chart.bank(), self._amount(), user=self.clerk)

    def move(self) -> None:
        facade.transfer(self._card(), self._card(), self._amount(), user=self.clerk, as_staff=True)

    def extend(self) -> None:
        card = self._card()
        card.end_date = self.now + datetime.timedelta(days=self.random.randint(1, 200))
        card.save()

    def retype(self) -> None:
        card = self._card()
        card.account_type = self.random.choice(self.types)
        card.save()

    def expire(self) -> None:
        card = self._card()
        facade.transfer(card, chart.lapsed(), card.balance, kind=Transfer.Kind.LAPSE)
        card.close()

    def _issue(self, source: Account) -> None:
        days = self.random.choice([None, 20, 45, 75, 400])
        end = self.now + datetime.timedelta(days=days) if days else None
        card = facade.issue(
            source,
            D(self.random.randint(5, 120)),
            account_type=self.random.choice(self.types),
            end_date=end,
            user=self.clerk,
        )
        self.cards.append(card)

    def _card(self) -> Account:
        if not self.cards:
            raise exceptions.AccountNotFound("There is no card yet.")
        return Account.objects.get(pk=self.random.choice(self.cards).pk)

    def _one(self, transfers):
        found = list(transfers.order_by("pk"))
        if not found:
            raise exceptions.AccountNotFound("There is no such transfer yet.")
        return self.random.choice(found)

    def _amount(self) -> D:
        return D(self.random.randint(100, 4000)) / 100


@pytest.fixture(scope="module", params=[1, 2, 3])
def half_year(request, django_db_setup, django_db_blocker) -> Iterator[Business]:
    """A random history, made once for all tests of a module, and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        shop = Business(request.param)
        shop.run(160)
        yield shop
        transaction.set_rollback(True)


@pytest.fixture
def business(half_year, db, books) -> Business:
    """The half-year, with a state of its own: what a test goes on to do is undone after it."""
    return copy.deepcopy(half_year)

"""The value object that a checkout session carries."""

import json
from decimal import Decimal as D

import pytest

from accounts_ledger.models import Account
from oscar_integration.allocations import Allocations


def test_starts_empty():
    allocations = Allocations()

    assert (len(allocations), allocations.total, allocations.items()) == (0, D("0.00"), [])


def test_adds_up():
    allocations = Allocations()
    allocations.add(Account(pk=1), D("12.50"))
    allocations.add(2, D("7.50"))

    assert allocations.total == D("20.00")
    assert allocations.items() == [(1, D("12.50")), (2, D("7.50"))]
    assert allocations.amount(Account(pk=1)) == D("12.50")


def test_adding_again_replaces():
    allocations = Allocations({1: D("5.00")})
    allocations.add(1, D("3.00"))

    assert allocations.total == D("3.00")


@pytest.mark.parametrize("amount", [D("0.00"), D("-1.00")])
def test_refuses_amounts_that_are_not_positive(amount):
    with pytest.raises(ValueError, match="more than zero"):
        Allocations().add(1, amount)


def test_contains_accounts_and_ids():
    allocations = Allocations({1: D("5.00")})

    assert Account(pk=1) in allocations
    assert allocations.contains(1)
    assert Account(pk=2) not in allocations


def test_removing_twice_is_fine():
    allocations = Allocations({1: D("5.00")})
    allocations.remove(Account(pk=1))
    allocations.remove(1)

    assert allocations.total == 0


def test_survives_a_session():
    allocations = Allocations({7: D("12.50"), 3: D("0.01")})

    assert Allocations.deserialize(json.loads(json.dumps(allocations.serialize()))) == allocations


def test_are_equal_only_if_the_amounts_are():
    assert Allocations({7: D("12.50")}) != Allocations({7: D("12.51")})
    assert Allocations({7: D("12.50")}) != {7: D("12.50")}


def test_what_cannot_be_read_does_not_hide_what_can():
    assert Allocations.deserialize({"1": "abc", "2": "3.00"}) == Allocations({2: D("3.00")})


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "1",
        {"x": "1.00"},
        {"1": "abc"},
        {"1": "NaN"},
        {"1": "Infinity"},
        {"1": "-1.00"},
        {"1": "0"},
        {"1": None},
        {"1": []},
    ],
)
def test_what_cannot_be_read_is_left_out(stored):
    assert Allocations.deserialize(stored) == Allocations()

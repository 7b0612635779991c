"""Amounts are exact; errors are one tree."""

from __future__ import annotations

import inspect
import pickle
from decimal import Decimal as D

import pytest

from accounts_ledger import exceptions
from accounts_ledger.money import LARGEST, amount_of, decimals, display

ALL = [cls for _, cls in inspect.getmembers(exceptions, inspect.isclass) if issubclass(cls, Exception)]


@pytest.mark.parametrize("value", [1, D("1"), D("1.0"), D("1.000000"), D("1E+2"), LARGEST])
def test_an_amount_keeps_its_value_and_gets_two_decimals(value):
    assert amount_of(value, "GBP") == value
    assert amount_of(value, "GBP").as_tuple().exponent == -2


@pytest.mark.parametrize(("currency", "places"), [("GBP", 2), ("EUR", 2), ("JPY", 0), ("CLP", 0), ("XXX", 2)])
def test_currencies_have_their_decimals(currency, places):
    assert decimals(currency) == places


def test_an_amount_of_yen_is_stored_like_any_other():
    assert str(amount_of(D("1000"), "JPY")) == "1000.00"


@pytest.mark.parametrize("value", [LARGEST + D("0.01"), D("0.005"), D("0"), D("-0.01"), 1.0, "1"], ids=repr)
def test_what_cannot_be_posted_is_refused(value):
    with pytest.raises(exceptions.InvalidAmount):
        amount_of(value, "GBP")


def test_amounts_are_shown_as_people_write_them():
    assert display(D("1234.50"), "GBP") == "£1,234.50"
    assert display(D("-1234.50"), "EUR") == "-€1,234.50"
    assert display(D("1234.00"), "JPY") in ("JP¥1,234", "¥1,234")


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_every_error_is_an_account_exception_and_says_what_it_is(cls):
    assert issubclass(cls, exceptions.AccountException)
    assert inspect.getdoc(cls)


def test_a_frozen_account_is_an_inactive_one():
    assert issubclass(exceptions.FrozenAccount, exceptions.InactiveAccount)
    assert not issubclass(exceptions.ClosedAccount, exceptions.InactiveAccount)


def test_an_error_has_a_message_for_people_and_details_for_code():
    error = exceptions.InsufficientFunds("Not enough.", account=7, available=D("1.00"))

    assert str(error) == "Not enough."
    assert error.details == {"account": 7, "available": D("1.00")}


def test_a_refused_batch_names_the_request_and_its_cause():
    cause = exceptions.InsufficientFunds("Not enough.", account=7)
    error = exceptions.BatchRefused(2, cause)

    assert (str(error), error.position, error.cause, error.details) == (
        "Request 3: Not enough.",
        2,
        cause,
        {"account": 7},
    )


@pytest.mark.parametrize(
    "error",
    [
        exceptions.InsufficientFunds("Not enough.", account=7),
        exceptions.BatchRefused(2, exceptions.SameAccount("Same.")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_can_be_sent_from_one_process_to_another(error):
    received = pickle.loads(pickle.dumps(error))

    assert (type(received), str(received), received.details) == (type(error), str(error), error.details)

"""Whether an account may pay at all: each reason why not, by its class."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from accounts_ledger import exceptions
from accounts_ledger.models import Account
from oscar_integration.eligibility import check_funds, check_valid


def test_a_good_account_is_valid_and_has_funds():
    account = Account(pk=1, balance=D("10.00"))

    check_valid(account)
    check_funds(account, "GBP")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": Account.CLOSED}, exceptions.ClosedAccount),
        ({"status": Account.FROZEN}, exceptions.FrozenAccount),
        ({"chart_code": "REDEMPTIONS:GBP"}, exceptions.ClosedAccount),
    ],
)
def test_an_account_is_refused_for_what_it_is(fields, reason):
    with pytest.raises(reason):
        check_valid(Account(pk=1, balance=D("10.00"), **fields))


def test_an_account_pays_in_its_own_currency_only():
    with pytest.raises(exceptions.CurrencyMismatch, match="is in EUR, but this order is in GBP"):
        check_funds(Account(pk=1, balance=D("10.00"), currency="EUR"), "GBP")

"""Issuing very many accounts at once: created and loaded, all or nothing, their source debited once."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.test import override_settings

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account, Transfer

pytestmark = pytest.mark.usefixtures("books", "engine")


def new_accounts(count: int = 3, **fields) -> list[Account]:
    return [Account(code=f"BULK{number:04}", **fields) for number in range(2, 2 + count)]


def test_every_account_has_its_load(bank, clerk):
    with facade.issuing(bank, user=clerk, merchant_reference="BATCH-1") as issue:
        issue.add(new_accounts(), [D("1.00"), D("2.50"), D("3.00")])
        assert (issue.count, issue.total) == (3, D("6.50"))

    issued = Account.objects.filter(code__startswith="BULK").order_by("code")
    assert list(issued.values_list("balance", "sequence")) == [(D("1.00"), 1), (D("2.50"), 1), (D("3.00"), 1)]
    loads = Transfer.objects.filter(destination__in=issued)
    assert set(loads.values_list("kind", "user", "username", "merchant_reference")) == {
        ("load", clerk.pk, "clerk", "BATCH-1")
    }


def test_the_source_is_debited_once_with_the_total(bank):
    with facade.issuing(bank) as issue:
        issue.add(new_accounts(), [D("10.00")] * 3)

    bank.refresh_from_db()
    assert (bank.balance, bank.sequence) == (D("-30.00"), 1)


def test_the_account_in_between_is_left_empty_and_is_no_source(bank):
    with facade.issuing(bank) as issue:
        issue.add(new_accounts(), [D("10.00")] * 3)

    between = bank.source_transfers.get().destination
    assert (between.balance, between.credit_limit) == (0, 0)
    assert between not in chart.sources()


def test_what_was_issued_can_be_spent(bank, redemptions):
    with facade.issuing(bank) as issue:
        issue.add(new_accounts(), [D("10.00")] * 3)

    facade.transfer(Account.objects.get(code="BULK0002"), redemptions, D("10.00"))
    assert redemptions.balance == D("10.00")


@pytest.mark.parametrize(
    ("fields", "amount", "exception"),
    [
        ({}, D("0"), exceptions.InvalidAmount),
        ({}, D("0.001"), exceptions.InvalidAmount),
        ({}, 1.5, exceptions.InvalidAmount),
        ({"currency": "EUR"}, D("1.00"), exceptions.CurrencyMismatch),
        ({"status": Account.CLOSED}, D("1.00"), exceptions.ClosedAccount),
    ],
)
def test_one_that_is_refused_refuses_all(fields, amount, exception, bank, refused):
    def issue_all() -> None:
        with facade.issuing(bank) as issue:
            issue.add(new_accounts(2), [D("10.00")] * 2)
            issue.add([Account(code="BAD2345", **fields)], [amount])

    with refused(exception):
        issue_all()


def test_a_source_that_cannot_pay_refuses_all(card, refused):
    def issue_all() -> None:
        with facade.issuing(card) as issue:
            issue.add(new_accounts(3), [D("20.00")] * 3)

    with refused(exceptions.InsufficientFunds):
        issue_all()


def test_the_sites_limits_hold(bank, refused):
    def issue_all() -> None:
        with facade.issuing(bank) as issue:
            issue.add(new_accounts(1), [D("101.00")])

    with override_settings(ACCOUNTS_MAX_INITIAL_VALUE=D("100.00")), refused(exceptions.LimitExceeded):
        issue_all()

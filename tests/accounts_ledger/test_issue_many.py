"""Issuing very many accounts at once: created and loaded, all or nothing, their source debited once."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from django.test import override_settings

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import LARGEST
from tests.accounts_ledger.conftest import on_postgresql

pytestmark = pytest.mark.usefixtures("books", "engine")


def new_accounts(*amounts: D) -> list[facade.NewAccount]:
    return [facade.NewAccount(f"BULK{number:04}", amount) for number, amount in enumerate(amounts, 2)]


def test_every_account_has_its_load(bank, clerk):
    with facade.issuing(bank, user=clerk, merchant_reference="BATCH-1") as issue:
        issue.add(new_accounts(D("1.00"), D("2.50"), D("3.00")))
        assert (issue.count, issue.total) == (3, D("6.50"))

    issued = Account.objects.exclude(code=None).order_by("pk")
    assert list(issued.values_list("balance", "sequence")) == [(D("1.00"), 1), (D("2.50"), 1), (D("3.00"), 1)]
    loads = Transfer.objects.filter(destination__in=issued)
    assert set(loads.values_list("kind", "user", "username", "merchant_reference")) == {
        ("load", clerk.pk, "clerk", "BATCH-1")
    }


def test_the_source_is_debited_once_with_the_total(bank):
    with facade.issuing(bank) as issue:
        issue.add(new_accounts(*[D("10.00")] * 3))

    bank.refresh_from_db()
    assert (bank.balance, bank.sequence) == (D("-30.00"), 1)


def test_no_number_is_missing_among_the_transactions_of_an_account(bank):
    with facade.issuing(bank) as issue:
        issue.add(new_accounts(D("1.00"), D("2.00")))
        issue.add([facade.NewAccount("MORE2345", D("3.00"))])

    between = bank.source_transfers.get().destination
    assert sorted(between.transactions.values_list("sequence", flat=True)) == [1, 2, 3, 4]
    assert Account.objects.get(code="MORE2345").transactions.get().sequence == 1


def test_the_account_in_between_is_left_empty_and_is_no_source(bank):
    with facade.issuing(bank) as issue:
        issue.add(new_accounts(*[D("10.00")] * 3))

    between = bank.source_transfers.get().destination
    assert (between.balance, between.credit_limit) == (0, 0)
    assert between not in chart.sources()


def test_an_account_has_what_was_asked_for_and_else_what_any_new_account_has(bank, customer):
    end = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    with facade.issuing(bank) as issue:
        issue.add([facade.NewAccount("BULK0002", D("10.00"), end_date=end, primary_user_id=customer.pk)])

    issued, other = Account.objects.get(code="BULK0002"), Account(currency=bank.currency)
    own = {"id", "code", "code_hash", "code_tail", "balance", "sequence", "end_date", "primary_user_id", "date_created"}
    others = {field.attname for field in Account._meta.concrete_fields} - own
    assert (issued.end_date, issued.primary_user) == (end, customer)
    assert {name: getattr(issued, name) for name in others} == {name: getattr(other, name) for name in others}


def test_what_was_issued_can_be_spent(bank, redemptions):
    with facade.issuing(bank) as issue:
        issue.add(new_accounts(*[D("10.00")] * 3))

    facade.transfer(Account.objects.get(code="BULK0002"), redemptions, D("10.00"))
    assert redemptions.balance == D("10.00")


@pytest.mark.parametrize(
    ("fields", "amount", "exception"),
    [
        ({}, D("0"), exceptions.InvalidAmount),
        ({}, D("0.001"), exceptions.InvalidAmount),
        ({}, 1.5, exceptions.InvalidAmount),
        ({"status": Account.CLOSED}, D("1.00"), exceptions.ClosedAccount),
    ],
)
def test_one_that_is_refused_refuses_all(fields, amount, exception, bank, refused):
    def issue_all() -> None:
        with facade.issuing(bank) as issue:
            issue.add(new_accounts(*[D("10.00")] * 2))
            issue.add([facade.NewAccount("BAD2345", amount, **fields)])

    with refused(exception):
        issue_all()


def test_a_source_that_cannot_pay_refuses_all(card, refused):
    def issue_all() -> None:
        with facade.issuing(card) as issue:
            issue.add(new_accounts(*[D("20.00")] * 3))

    with refused(exceptions.InsufficientFunds):
        issue_all()


def test_the_sites_limits_hold(bank, refused):
    def issue_all() -> None:
        with facade.issuing(bank) as issue:
            issue.add(new_accounts(D("101.00")))

    with override_settings(ACCOUNTS_MAX_INITIAL_VALUE=D("100.00")), refused(exceptions.LimitExceeded):
        issue_all()


@on_postgresql
def test_a_portion_is_checked_before_the_next_one_is_written(bank, refused):
    portions = []

    def issue_all() -> None:
        with facade.issuing(bank) as issue:
            for holder in (99_999_999, None):
                issue.add([facade.NewAccount(f"BULK234{len(portions)}", D("1.00"), primary_user_id=holder)])
                portions.append(holder)

    with refused(exceptions.RefusedByDatabase):
        issue_all()
    assert portions == []


def test_the_total_may_be_the_largest_balance(bank):
    with facade.issuing(bank) as issue:
        issue.add(new_accounts(LARGEST - 2))
        issue.add([facade.NewAccount("MORE2345", D("2.00"))])

    bank.refresh_from_db()
    assert bank.balance == -LARGEST


def test_the_total_may_not_go_beyond_the_largest_balance(bank, refused):
    def issue_all() -> None:
        with facade.issuing(bank) as issue:
            issue.add(new_accounts(LARGEST - 1))
            issue.add([facade.NewAccount("MORE2345", D("1.01"))])

    with refused(exceptions.InvalidAmount, match=f"may not go beyond {LARGEST}"):
        issue_all()

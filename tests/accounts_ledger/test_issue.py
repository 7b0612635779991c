"""Accounts that are issued with their load, replaced, and topped up within limits."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.test import override_settings

from accounts_ledger import codes, exceptions, facade
from accounts_ledger.models import Account, AccountType
from tests.accounts_ledger.test_account import fresh

pytestmark = pytest.mark.usefixtures("books")


# --- Replacing -------------------------------------------------------------------------------------


def test_a_replacement_is_what_the_lost_account_was(make_card, customer, stranger):
    lost = make_card(name="Anna", code="LOST2345", primary_user=customer, holder_email="anna@example.com")
    lost.secondary_users.add(stranger)
    new = facade.replace(lost)

    assert (new.name, new.balance, new.primary_user) == ("Anna", D("50.00"), customer)
    assert (new.holder_email, list(new.secondary_users.all())) == ("anna@example.com", [stranger])
    assert (fresh(lost).status, fresh(lost).balance, fresh(lost).replaced_by) == (Account.CLOSED, 0, new)


# --- Issuing ---------------------------------------------------------------------------------------


def test_issuing_is_all_or_nothing(bank, refused):
    Account.objects.filter(pk=bank.pk).update(status=Account.FROZEN)

    with refused(exceptions.FrozenAccount):
        facade.issue(bank, D("50.00"), name="Anna")


def test_a_card_is_issued_with_a_code_of_its_own_or_the_one_that_is_given(bank):
    made = facade.issue(bank, D("1.00")).code
    assert (made[:2], len(made), codes.has_typo(made, {"GC"})) == ("GC", 16, False)
    assert facade.issue(bank, D("1.00"), code="abcd-2345").code == "ABCD2345"


@override_settings(ACCOUNTS_CODE_PREFIXES={"Gift cards": "CARD"})
def test_the_code_of_an_issued_card_begins_as_its_type_says(bank):
    gift_cards = AccountType.objects.get(name="Gift cards")
    assert facade.issue(bank, D("1.00"), account_type=gift_cards).code.startswith("CARD")


def test_a_code_or_name_that_is_taken_is_refused(bank, refused):
    facade.issue(bank, D("1.00"), code="ABCD2345", name="Anna")

    with refused(exceptions.CodeTaken):
        facade.issue(bank, D("1.00"), code="abcd 2345")
    with refused(exceptions.NameTaken):
        facade.issue(bank, D("1.00"), name="Anna")


def test_issuing_with_a_key_makes_one_card(bank):
    card = facade.issue(bank, D("50.00"), idempotency_key="sale 1")

    assert facade.issue(bank, D("50.00"), idempotency_key="sale 1") == card
    assert fresh(bank).balance == D("-50.00")


def test_issuing_something_else_with_the_same_key_is_a_conflict(bank, merchant_funded, card, refused):
    facade.issue(bank, D("50.00"), idempotency_key="sale 1")
    facade.transfer(bank, card, D("50.00"), idempotency_key="transfer 1")

    for source, amount, key in [
        (bank, "51.00", "sale 1"),
        (merchant_funded, "50.00", "sale 1"),
        (bank, "50.00", "transfer 1"),
    ]:
        with refused(exceptions.IdempotencyConflict):
            facade.issue(source, D(amount), idempotency_key=key)


@pytest.mark.parametrize(
    ("limit", "amount"),
    [
        ({"ACCOUNTS_MIN_LOAD_VALUE": D("5.00")}, "4.99"),
        ({"ACCOUNTS_MAX_INITIAL_VALUE": D("100.00")}, "100.01"),
        ({"ACCOUNTS_MAX_ACCOUNT_VALUE": D("100.00")}, "100.01"),
    ],
    ids=str,
)
def test_a_card_is_issued_within_the_sites_limits(limit, amount, bank, refused):
    with override_settings(**limit), refused(exceptions.LimitExceeded):
        facade.issue(bank, D(amount))


def test_a_card_is_topped_up_within_the_sites_limits(card, bank, refused):
    with override_settings(ACCOUNTS_MAX_ACCOUNT_VALUE=D("60.00"), ACCOUNTS_MIN_LOAD_VALUE=D("5.00")):
        with refused(exceptions.LimitExceeded):
            facade.top_up(card, bank, D("10.01"))
        with refused(exceptions.LimitExceeded):
            facade.top_up(card, bank, D("4.99"))
        facade.top_up(card, bank, D("10.00"))

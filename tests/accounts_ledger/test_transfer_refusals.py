"""What is refused of one transfer, on both engines: the class says why, and nothing is written."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Transfer

pytestmark = pytest.mark.usefixtures("books", "engine")


@pytest.mark.parametrize(
    "amount",
    [
        0,
        D("0.00"),
        -1,
        D("-0.01"),
        D("0.001"),
        D("10.005"),
        D("1E-400"),
        10.0,
        0.1,
        True,
        "10.00",
        b"10",
        None,
        [10],
        D("NaN"),
        D("sNaN"),
        D("-NaN"),
        D("Infinity"),
        D("-Infinity"),
        float("nan"),
        float("inf"),
        D("1000000000000.00"),
        D("1E+30"),
        10**400,
        1 + 0j,
    ],
    ids=lambda amount: repr(amount)[:20],
)
def test_what_is_not_an_amount_is_refused(amount, card, redemptions, refused):
    with refused(exceptions.InvalidAmount):
        facade.transfer(card, redemptions, amount)


@pytest.mark.parametrize("currency", ["JPY", "KRW"])
def test_more_decimals_than_the_currency_has_are_refused(currency, make_card, refused):
    source = Account.objects.create(currency=currency, credit_limit=None)
    destination = Account.objects.create(currency=currency)

    with refused(exceptions.InvalidAmount):
        facade.transfer(source, destination, D("10.50"))
    assert facade.transfer(source, destination, D("10.00")).amount == 10


def test_a_balance_beyond_what_can_be_stored_is_refused(bank, card, redemptions, refused):
    source = Account.objects.create(credit_limit=None)
    facade.transfer(source, card, D("999999999949.99"))

    with refused(exceptions.InvalidAmount):
        facade.transfer(bank, card, D("0.01"))
    with refused(exceptions.InvalidAmount):
        facade.transfer(bank, card, D("10.00"))


def test_a_debt_beyond_what_can_be_stored_is_refused(bank, card, refused):
    source = Account.objects.create(credit_limit=None)
    first, second = Account.objects.create(), Account.objects.create()
    facade.transfer(source, first, D("999999999999.99"))

    with refused(exceptions.InvalidAmount):
        facade.transfer(source, second, D("0.01"))
    with refused(exceptions.InvalidAmount):
        facade.transfer(source, second, D("10.00"))


def test_the_same_account_on_both_sides_is_refused(card, refused):
    with refused(exceptions.SameAccount):
        facade.transfer(card, Account.objects.get(pk=card.pk), D("10.00"))


def test_an_account_that_was_not_saved_is_refused(card, refused):
    with refused(exceptions.AccountNotFound):
        facade.transfer(card, Account(), D("10.00"))
    with refused(exceptions.AccountNotFound):
        facade.transfer(Account(), card, D("10.00"))
    with refused(exceptions.AccountNotFound):
        facade.transfer(Account(), Account(), D("10.00"))


def test_an_account_that_is_gone_is_refused(card, refused):
    gone = Account.objects.create()
    Account.objects.filter(pk=gone.pk).delete()

    with refused(exceptions.AccountNotFound, match=rf"Account {gone.pk} does"):
        facade.transfer(card, gone, D("10.00"))
    with refused(exceptions.AccountNotFound, match=rf"Account {gone.pk} does"):
        facade.transfer(gone, card, D("10.00"))


@pytest.mark.parametrize(
    ("status", "exception"), [(Account.FROZEN, exceptions.FrozenAccount), (Account.CLOSED, exceptions.ClosedAccount)]
)
def test_an_account_that_is_not_open_is_refused_on_either_side(status, exception, card, bank, redemptions, refused):
    Account.objects.filter(pk=card.pk).update(status=status)

    with refused(exception):
        facade.transfer(card, redemptions, D("10.00"))
    with refused(exception):
        facade.transfer(bank, card, D("10.00"))


def test_the_refusal_of_a_frozen_account_is_one_of_an_inactive_account(card, redemptions):
    facade.freeze(card)

    with pytest.raises(exceptions.InactiveAccount):
        facade.transfer(card, redemptions, D("10.00"))


def test_accounts_of_different_currencies_are_refused(card, refused):
    euros = Account.objects.create(currency="EUR")

    with refused(exceptions.CurrencyMismatch):
        facade.transfer(card, euros, D("10.00"))
    with refused(exceptions.CurrencyMismatch):
        facade.transfer(euros, card, D("10.00"))


def test_more_than_is_available_is_refused(card, redemptions, refused):
    with refused(exceptions.InsufficientFunds, match=r"50\.00"):
        facade.transfer(card, redemptions, D("50.01"))


def test_more_than_the_credit_limit_allows_is_refused(make_card, redemptions, refused):
    account = make_card("50.00", credit_limit=D("100.00"))

    with refused(exceptions.InsufficientFunds):
        facade.transfer(account, redemptions, D("150.01"))


def test_held_value_is_not_available(card, redemptions, refused):
    facade.hold(card, D("45.00"))

    with refused(exceptions.InsufficientFunds):
        facade.transfer(card, redemptions, D("5.01"))
    facade.transfer(card, redemptions, D("5.00"))


@pytest.mark.parametrize(
    ("name", "longest"), [("merchant_reference", 128), ("description", 256), ("idempotency_key", 128)]
)
def test_a_text_that_is_too_long_is_refused(name, longest, card, redemptions, refused):
    with refused(exceptions.InvalidText):
        facade.transfer(card, redemptions, D("10.00"), **{name: "x" * (longest + 1)})
    facade.transfer(card, redemptions, D("10.00"), **{name: "é" * longest})


@pytest.mark.parametrize("name", ["merchant_reference", "description", "idempotency_key"])
@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x\udfff"], ids=["NUL", "surrogate", "low surrogate"])
def test_a_text_that_cannot_be_stored_is_refused(name, text, card, redemptions, refused):
    with refused(exceptions.InvalidText):
        facade.transfer(card, redemptions, D("10.00"), **{name: text})


@pytest.mark.parametrize("name", ["merchant_reference", "description", "idempotency_key"])
@pytest.mark.parametrize("value", [100001, b"100001", ["x"]], ids=repr)
def test_a_text_that_is_no_text_is_refused(name, value, card, redemptions, refused):
    with refused(exceptions.InvalidText):
        facade.transfer(card, redemptions, D("10.00"), **{name: value})


@pytest.mark.parametrize("kind", ["theft", "", None, "x" * 40, "Load"])
def test_an_unknown_kind_is_refused(kind, card, redemptions, refused):
    with refused(exceptions.InvalidKind):
        facade.transfer(card, redemptions, D("10.00"), kind=kind)


@pytest.mark.parametrize("kind", Transfer.UNDOING)
def test_refunds_and_reversals_are_not_made_by_transfer(kind, card, redemptions, refused):
    with refused(exceptions.InvalidKind):
        facade.transfer(card, redemptions, D("10.00"), kind=kind)


def test_a_refusal_leaves_the_passed_instances_alone(card, redemptions):
    with pytest.raises(exceptions.InsufficientFunds):
        facade.transfer(card, redemptions, D("60.00"))

    assert (card.balance, card.sequence, redemptions.balance) == (D("50.00"), 1, D("0.00"))


def test_neither_a_transfer_nor_its_refusal_writes_a_code_to_the_log(make_card, redemptions, caplog, monkeypatch):
    import logging

    monkeypatch.setattr(logging.getLogger("accounts_ledger"), "propagate", True)
    card = make_card(code="SECRET77CODE")
    with caplog.at_level("DEBUG", logger="accounts_ledger"):
        facade.transfer(card, redemptions, D("10.00"))
        with pytest.raises(exceptions.InsufficientFunds):
            facade.transfer(card, redemptions, D("60.00"))

    assert "refused" in caplog.text
    assert "SECRET77" not in caplog.text

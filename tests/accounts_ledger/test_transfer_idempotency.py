"""The same key never moves money twice, on both engines."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Transfer

pytestmark = pytest.mark.usefixtures("books", "engine")


def test_the_same_key_and_request_returns_the_first_transfer(card, redemptions):
    first = facade.transfer(card, redemptions, D("10.00"), idempotency_key="once", merchant_reference="1")
    second = facade.transfer(card, redemptions, D("10.00"), idempotency_key="once", merchant_reference="1")

    assert second == first
    assert second.reference == first.reference
    assert Account.objects.get(pk=card.pk).balance == D("40.00")


def test_a_repetition_lets_the_instances_carry_the_balances_of_now(card, redemptions):
    facade.transfer(card, redemptions, D("10.00"), idempotency_key="once")
    stale = Account.objects.get(pk=card.pk)
    facade.transfer(card, redemptions, D("5.00"))

    facade.transfer(stale, redemptions, D("10.00"), idempotency_key="once")

    assert (stale.balance, stale.sequence) == (D("35.00"), 3)


def test_a_repetition_succeeds_when_the_money_has_been_spent_and_the_account_is_closed(card, redemptions):
    first = facade.transfer(card, redemptions, D("50.00"), idempotency_key="once")
    facade.close(card)

    assert facade.transfer(card, redemptions, D("50.00"), idempotency_key="once") == first


@pytest.mark.parametrize(
    "change",
    [
        {"amount": D("11.00")},
        {"merchant_reference": "another order"},
        {"kind": Transfer.Kind.ADJUSTMENT},
        {"kind": Transfer.Kind.WITHDRAWAL},
    ],
    ids=lambda change: str(next(iter(change.values()))),
)
def test_the_same_key_with_another_request_is_a_conflict(change, card, redemptions, refused):
    request = {"amount": D("10.00"), "merchant_reference": "order", "idempotency_key": "once"}
    facade.transfer(card, redemptions, **request)

    with refused(exceptions.IdempotencyConflict, match="key once was used before"):
        facade.transfer(card, redemptions, **request | change)


@pytest.mark.parametrize("other", [0, 2], ids=["older", "newer"])
def test_the_same_key_between_other_accounts_is_a_conflict(other, make_card, refused):
    sources, destinations = [make_card() for _ in range(3)], [make_card() for _ in range(3)]
    facade.transfer(sources[1], destinations[1], D("10.00"), idempotency_key="once")

    with refused(exceptions.IdempotencyConflict):
        facade.transfer(sources[other], destinations[1], D("10.00"), idempotency_key="once")
    with refused(exceptions.IdempotencyConflict):
        facade.transfer(sources[1], destinations[other], D("10.00"), idempotency_key="once")


def test_the_same_key_with_another_parent_is_a_conflict(bank, card, redemptions, refused):
    parent = facade.transfer(bank, card, D("10.00"))
    facade.transfer(card, redemptions, D("10.00"), idempotency_key="once")

    with refused(exceptions.IdempotencyConflict):
        facade.transfer(card, redemptions, D("10.00"), idempotency_key="once", parent=parent)


def test_a_key_of_a_refused_transfer_can_be_used_again(card, redemptions, bank):
    with pytest.raises(exceptions.InsufficientFunds):
        facade.transfer(card, redemptions, D("60.00"), idempotency_key="once")
    facade.transfer(bank, card, D("10.00"))

    assert facade.transfer(card, redemptions, D("60.00"), idempotency_key="once").amount == D("60.00")


def test_an_empty_key_is_no_key(card, redemptions):
    first = facade.transfer(card, redemptions, D("10.00"), idempotency_key="")
    second = facade.transfer(card, redemptions, D("10.00"), idempotency_key="")

    assert first != second
    assert Transfer.objects.get(pk=second.pk).idempotency_key is None

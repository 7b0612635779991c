"""The accounts that every transfer shares are locked last: whoever waits for a card keeps nobody else waiting."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as D

import pytest
from django.db import transaction

from accounts_ledger import chart, codes, facade
from accounts_ledger.models import Account, Hold, Transfer
from oscar_integration import gateway
from oscar_integration.allocations import Allocations
from oscar_integration.checkout.debits import Captures
from tests.concurrency.waiting import in_thread, until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


def redeem(card: Account) -> Transfer:
    return facade.transfer(Account.objects.get(pk=card.pk), chart.redemptions(), D("1.00"))


def redeem_in_a_batch(card: Account) -> list[Transfer]:
    return facade.transfer_many(
        [
            facade.TransferRequest(source=card, destination=chart.redemptions(), amount=D("1.00")),
            facade.TransferRequest(source=card, destination=chart.redemptions(), amount=D("1.00")),
        ]
    )


def load(card: Account) -> Transfer:
    """The shared account as the source, for once."""
    return facade.transfer(chart.redemptions(), Account.objects.get(pk=card.pk), D("1.00"))


@pytest.mark.parametrize("act", [redeem, redeem_in_a_batch, load])
def test_a_card_that_is_waited_for_does_not_hold_up_redemptions(books, act: Callable[[Account], object]):
    busy, other = facade.issue(chart.bank(), D("10.00")), facade.issue(chart.bank(), D("10.00"))
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=busy.pk)
        waiting, outcome = in_thread(lambda: act(busy))
        until_somebody_waits_for_a_lock()
        redeeming, redeemed = in_thread(lambda: redeem(other))
        redeeming.join(timeout=10)
        assert len(redeemed) == 1, "it waits behind the one that waits for the card"
    waiting.join()
    redeeming.join()

    assert isinstance(redeemed[0], Transfer), redeemed
    assert not isinstance(outcome[0], Exception), outcome


def pay_from_both(cards: list[Account]) -> Callable[[], object]:
    """An order's cards are captured in one transaction, as the checkout does."""
    holds: list[tuple[Hold, str]] = [(facade.hold(card, D("1.00")), codes.reference()) for card in cards]

    def act() -> None:
        with transaction.atomic():
            Captures("1001", holds).post()

    return act


def give_back_to_both(cards: list[Account]) -> Callable[[], object]:
    gateway.redeem("1001", None, Allocations({card.pk: D("1.00") for card in cards}))
    return lambda: gateway.cancel_redemption("1001")


@pytest.mark.parametrize("prepare", [pay_from_both, give_back_to_both])
def test_an_order_of_two_cards_does_not_lock_redemptions_before_the_second_card(books, prepare):
    cards = [facade.issue(chart.bank(), D("10.00")) for _ in range(2)]
    act = prepare(cards)
    with transaction.atomic():
        busy = Account.objects.select_for_update().get(pk=cards[1].pk)
        waiting, outcome = in_thread(act)
        until_somebody_waits_for_a_lock()
        redeem(busy)
    waiting.join()

    assert not isinstance(outcome[0], Exception), outcome

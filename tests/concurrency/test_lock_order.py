"""The accounts that every transfer shares are locked last: whoever waits for a card keeps nobody else waiting."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as D

import pytest
from django.db import transaction

from accounts_ledger import chart, facade
from accounts_ledger.models import Account, Transfer
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

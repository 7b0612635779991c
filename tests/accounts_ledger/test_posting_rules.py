"""What posting may rely on: a request stays as it was checked."""

from __future__ import annotations

import dataclasses
from decimal import Decimal as D

import pytest

from accounts_ledger import clock
from accounts_ledger.posting.request import HoldRequest, TransferRequest

pytestmark = pytest.mark.usefixtures("books")


def test_a_request_of_a_transfer_is_not_changed_after_it_was_made(card, redemptions):
    request = TransferRequest(source=card, destination=redemptions, amount=D("1.00"))

    with pytest.raises(dataclasses.FrozenInstanceError):
        request.amount = D("100.00")


def test_a_request_of_a_hold_is_not_changed_after_it_was_made(card):
    request = HoldRequest(account=card, amount=D("1.00"), expires_at=clock.now())

    with pytest.raises(dataclasses.FrozenInstanceError):
        request.amount = D("100.00")

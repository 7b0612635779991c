"""The documented stories, told with the facade. After each the books sum to zero."""

from decimal import Decimal as D

import pytest

from accounts_ledger import facade
from accounts_ledger.models import Transfer

pytestmark = pytest.mark.usefixtures("books")


def test_a_customer_buys_a_gift_card(bank):
    card = facade.issue(bank, D("50.00"))

    assert (bank.balance, card.balance) == (D("-50.00"), D("50.00"))


def test_a_customer_pays_for_an_order_with_a_gift_card(bank, redemptions):
    card = facade.issue(bank, D("50.00"))

    facade.transfer(card, redemptions, D("30.00"), merchant_reference="100001", kind=Transfer.Kind.REDEMPTION)

    assert (card.balance, redemptions.balance) == (D("20.00"), D("30.00"))

"""A payment that came to nothing: the bank declined the card for the rest, so what the gift card held was let go."""

from __future__ import annotations

from oscar.apps.payment.exceptions import UnableToTakePayment

from accounts_ledger import codes
from accounts_ledger.models import Account
from backoffice.demo import baskets, known_cards
from backoffice.shop import demo_card
from oscar_integration import attempts


def create() -> None:
    """Let a guest try to pay a print with a small gift card and, for the rest, a bank card that is declined."""
    card = Account.objects.get(code=codes.normalise(known_cards.SMALL.code))
    basket = baskets.fill(None, "ART-01")
    total, part = basket.total_incl_tax, card.balance
    number = baskets.order_number(basket)
    attempt = attempts.start(number, basket, None, [(card, part)], total, total - part, card.currency)
    try:
        demo_card.charge(attempt, demo_card.Card.DECLINED)
    except UnableToTakePayment as refusal:
        attempts.cancel(attempt, str(refusal), nothing_taken=True)

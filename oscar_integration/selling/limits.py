"""How many gift cards may be bought at once: each is issued and mailed by itself."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from accounts_ledger.exceptions import AccountException
from oscar_integration import conf
from oscar_integration.selling.product import is_gift_card


class TooManyGiftCards(AccountException):
    """The basket has more gift cards than can be bought at once."""


def check(basket: Any) -> None:
    """Raise TooManyGiftCards if *basket* has more than can be bought at once, however they came together.

    What is put into a basket is looked at on the way in; baskets are also merged, when somebody logs in.
    """
    reason = too_many_in(basket)
    if reason:
        raise TooManyGiftCards(reason)


def too_many_in(basket: Any) -> str | None:
    """Return why what is in *basket* is too much to be bought at once, None if it is not."""
    of_kind: Counter[Any] = Counter()
    for line in basket.all_lines():
        if is_gift_card(line.product):
            of_kind[line.product] += line.quantity
    for product, quantity in of_kind.items():
        if reason := too_many_in_line(quantity):
            return _("'%(product)s' cannot be bought as it is: %(reason)s") % {
                "product": product.get_title(),
                "reason": reason,
            }
    return too_many_in_order(of_kind.total())


def gift_cards_in(basket: Any) -> int:
    """Return how many gift cards are in *basket*."""
    return sum(line.quantity for line in basket.all_lines() if is_gift_card(line.product))


def too_many_in_line(quantity: int) -> str | None:
    """Return why *quantity* gift cards of one kind cannot be bought at once, None if they can."""
    most = conf.get("ACCOUNTS_GIFT_CARDS_PER_LINE")
    if most is None or quantity <= most:
        return None
    return _("a maximum of %(max)d can be bought") % {"max": most}


def too_many_in_order(quantity: int) -> str | None:
    """Return why one order cannot have *quantity* gift cards, None if it can."""
    most = conf.get("ACCOUNTS_GIFT_CARDS_PER_ORDER")
    if most is None or quantity <= most:
        return None
    return _("One order can have %(max)d gift cards at most. Please contact us if you need more.") % {"max": most}

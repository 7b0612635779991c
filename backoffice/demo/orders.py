"""Orders in the demo's shop, as the checkout makes them without its pages: one that was paid, one that was not."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from oscar.apps.payment.exceptions import UnableToTakePayment
from oscar.core.loading import get_class, get_model

from accounts_ledger import codes
from accounts_ledger.models import Account
from backoffice.demo import known_cards
from backoffice.demo.cast import Cast
from backoffice.shop import demo_card
from oscar_integration import attempts, records
from oscar_integration.selling import delivery
from oscar_integration.selling import product as gift_card

_DAYS_UNTIL_DELIVERY = 3


def sell_gift_card(cast: Cast) -> None:
    """Let a customer buy a gift card for another one: paid by card, issued, and to be sent on a day to come."""
    buyer, recipient = cast.users["chloe"], cast.users["grace"]
    basket = _fill_basket(
        buyer,
        "GIFT-25",
        {
            gift_card.RECIPIENT_NAME: recipient.first_name,
            gift_card.RECIPIENT_EMAIL: recipient.email,
            gift_card.MESSAGE: _("Happy birthday, and lots of love!"),
            gift_card.DELIVERY_DATE: cast.now.date() + datetime.timedelta(days=_DAYS_UNTIL_DELIVERY),
        },
    )
    delivery.deliver_due(_place_order(basket, buyer))


def decline_payment() -> None:
    """Let a guest try to pay a print with a small gift card and, for the rest, a bank card that is declined.

    What the gift card held was let go.
    """
    card = Account.objects.get(code=codes.normalise(known_cards.SMALL.code))
    basket = _fill_basket(None, "ART-01")
    total, part = basket.total_incl_tax, card.balance
    number = _order_number(basket)
    attempt = attempts.start(number, basket, None, [(card, part)], total, total - part, card.currency)
    try:
        demo_card.charge(attempt, demo_card.Card.DECLINED)
    except UnableToTakePayment as refusal:
        attempts.cancel(attempt, str(refusal), nothing_taken=True)


def _place_order(basket: Any, buyer: Any) -> Any:
    """Return the order for *basket*, paid with the demo card."""
    shipping = get_class("shipping.methods", "NoShippingRequired")()
    charge = shipping.calculate(basket)
    total = get_class("checkout.calculators", "OrderTotalCalculator")().calculate(basket, charge)
    number = _order_number(basket)
    attempt = attempts.start(number, basket, buyer, [], total.incl_tax, total.incl_tax, total.currency)
    paid = demo_card.charge(attempt, demo_card.Card.ACCEPTED)
    attempts.charged(attempt, paid)
    checkout = get_class("checkout.mixins", "OrderPlacementMixin")()
    checkout.add_payment_source(records.source_of_remainder(paid, total.incl_tax, total.currency))
    checkout.add_payment_event(records.PAID, total.incl_tax, reference=paid.reference)
    attempts.placed(attempt)
    order = checkout.place_order(number, buyer, basket, None, shipping, charge, total)
    basket.submit()
    return order


def _fill_basket(owner: Any, sku: str, options: Mapping[str, object] | None = None) -> Any:
    """Return a basket of *owner* (None for a guest) with one product in it.

    Args:
        options: what is chosen on the product's page, by the codes of its options.
    """
    basket = get_model("basket", "Basket").objects.create(owner=owner)
    basket.strategy = get_class("partner.strategy", "Selector")().strategy(user=owner)
    found = get_model("catalogue", "Option").objects.in_bulk(options or {}, field_name="code")
    chosen = [{"option": found[code], "value": value} for code, value in (options or {}).items()]
    basket.add_product(get_model("catalogue", "Product").objects.get(upc=sku), options=chosen)
    return basket


def _order_number(basket: Any) -> Any:
    """Return the number of the order that *basket* becomes."""
    return get_class("order.utils", "OrderNumberGenerator")().order_number(basket)

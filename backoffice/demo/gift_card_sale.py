"""A gift card that was bought in the demo's shop: paid by card, issued, and to be sent on a day to come."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _
from oscar.core.loading import get_class

from backoffice.demo import baskets
from backoffice.demo.cast import Cast
from backoffice.shop import demo_card
from oscar_integration import attempts, records
from oscar_integration.selling import delivery
from oscar_integration.selling import product as gift_card

_DAYS_UNTIL_DELIVERY = 3


def create(cast: Cast) -> None:
    """Let a customer buy a gift card for another one."""
    buyer, recipient = cast.users["chloe"], cast.users["grace"]
    basket = baskets.fill(
        buyer,
        "GIFT-25",
        {
            gift_card.RECIPIENT_NAME: recipient.first_name,
            gift_card.RECIPIENT_EMAIL: recipient.email,
            gift_card.MESSAGE: _("Happy birthday, and lots of love!"),
            gift_card.DELIVERY_DATE: cast.now.date() + datetime.timedelta(days=_DAYS_UNTIL_DELIVERY),
        },
    )
    delivery.deliver_due(_order(basket, buyer))


def _order(basket: Any, buyer: Any) -> Any:
    """Return the order for *basket*, paid with the demo card; as the checkout does it, without its pages."""
    shipping = get_class("shipping.methods", "NoShippingRequired")()
    charge = shipping.calculate(basket)
    total = get_class("checkout.calculators", "OrderTotalCalculator")().calculate(basket, charge)
    number = baskets.order_number(basket)
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

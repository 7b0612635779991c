"""The one class that a shop mixes into its ``PaymentDetailsView``."""

from __future__ import annotations

from oscar_integration.checkout.allocating import AllocatingMixin
from oscar_integration.checkout.paying import PayingMixin
from oscar_integration.checkout.placing import PlacingMixin
from oscar_integration.checkout.repeating import RepeatingMixin


class AccountPaymentMixin(RepeatingMixin, AllocatingMixin, PayingMixin, PlacingMixin):
    """Lets shoppers pay with accounts, wholly or in part. Goes before Oscar's ``PaymentDetailsView``.

    A shop overrides `pay_remainder` to take the rest by its own payment method; without that, accounts pay all.
    """

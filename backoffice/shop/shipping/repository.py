"""The example shop's shipping: one tracked delivery at a fixed price."""

from decimal import Decimal as D
from typing import Any

from django.utils.translation import gettext_lazy as _
from oscar.apps.shipping import repository
from oscar.apps.shipping.methods import FixedPrice

from oscar_integration.whole_amounts import WholeChargesMixin


class TrackedDelivery(FixedPrice):
    code = "tracked-delivery"
    name = _("Tracked delivery")
    charge_excl_tax = D("3.95")
    charge_incl_tax = D("3.95")


class Repository(WholeChargesMixin, repository.Repository):
    methods: tuple[Any, ...] = (TrackedDelivery(),)

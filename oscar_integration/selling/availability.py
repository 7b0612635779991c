"""Whether a gift card can be bought: only what can be issued afterwards is sold."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from oscar.apps.partner.availability import Base

from accounts_ledger import conf as ledger_conf
from oscar_integration import conf
from oscar_integration.selling import limits


class GiftCardAvailability(Base):
    """The shop's own availability policy, and beside it what the ledger and the limits say.

    The page shows the product as the shop's own policy has it, so that a refusal comes with its reason.
    """

    def __init__(self, inner: Any, refusal: str | None = None) -> None:
        self.inner, self.refusal = inner, refusal

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @property
    def code(self) -> Any:
        return self.inner.code

    @property
    def message(self) -> Any:
        return self.inner.message

    @property
    def short_message(self) -> Any:
        return self.inner.short_message

    @property
    def dispatch_date(self) -> Any:
        return self.inner.dispatch_date

    @property
    def num_available(self) -> int | None:
        """The most that can be bought at once, None if there is no limit."""
        known = (getattr(self.inner, "num_available", None), conf.get("ACCOUNTS_GIFT_CARDS_PER_LINE"))
        return min((number for number in known if number is not None), default=None)

    @property
    def is_available_to_buy(self) -> bool:
        return bool(self.inner.is_available_to_buy)

    def is_purchase_permitted(self, quantity: int) -> tuple[bool, Any]:
        permitted, reason = self.inner.is_purchase_permitted(quantity)
        if not permitted:
            return False, reason
        refusal = self.refusal or limits.too_many_in_line(quantity)
        return (False, refusal) if refusal else (True, "")


def currency_refusal(currency: str | None) -> str | None:
    """Return why no gift card can be sold in *currency*, None if one can."""
    if currency in ledger_conf.currencies():
        return None
    return _("gift cards are not sold in %s") % currency

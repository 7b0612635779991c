"""The price of a gift card, in whichever form: only in a currency in which the card can be issued."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from accounts_ledger import conf as ledger_conf
from oscar_integration.selling.product import is_gift_card


def check_prices() -> None:
    """Have every form of Oscar's stock records refuse a price that nobody could pay.

    In the model, whichever form it comes from, and without a fork of Oscar's app in each shop.
    """
    StockRecord: Any = get_model("partner", "StockRecord")
    without = StockRecord.clean

    def clean(self: Any) -> None:
        without(self)
        check(self)

    StockRecord.clean = clean


def check(record: Any) -> None:
    """Raise ValidationError if *record* prices a gift card in a currency that the ledger does not have."""
    known = ledger_conf.currencies()
    if record.price_currency in known or not is_gift_card(getattr(record, "product", None)):
        return
    message = _("Gift cards cannot be issued in %(currency)s. Choose one of: %(known)s.")
    names = {"currency": record.price_currency, "known": ", ".join(known)}
    raise ValidationError({"price_currency": message % names})

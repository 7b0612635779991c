"""What templates of the shop show of accounts."""

from __future__ import annotations

import datetime
from typing import Any

from django import template

from accounts_ledger import dates
from accounts_ledger.models import Account
from oscar_integration import payments
from oscar_integration.models import GiftCardSale
from oscar_integration.naming import label
from oscar_integration.payments import Payment

register = template.Library()


@register.simple_tag
def payments_of(order: Any) -> list[Payment]:
    """Return how *order* was paid."""
    return payments.payments_of(order)


@register.simple_tag
def sold_cards_of(order: Any) -> list[GiftCardSale]:
    """Return the gift cards that *order* has sold."""
    sales = GiftCardSale.objects.filter(order=order).exclude(line=None)
    return list(sales.select_related("account").order_by("pk"))


@register.filter
def account_label(account: Account) -> str:
    """Return how *account* is called towards shoppers."""
    return label(account)


@register.filter
def last_day(account: Account) -> datetime.date | None:
    """Return the last day on which *account* can be used, None if it is open-ended."""
    return dates.last_day_before(account.end_date) if account.end_date else None

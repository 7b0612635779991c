"""Amounts of money as HTML. Apart from the admin, so that template tags can be loaded before any admin is."""

from __future__ import annotations

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts_ledger.money import display


def money(amount: Decimal, currency: str) -> SafeString:
    """Return *amount* as HTML: "£1,234.50", negative amounts marked as such."""
    sign = " money-negative" if amount < 0 else ""
    return format_html('<span class="money{}">{}</span>', sign, display(amount, currency))

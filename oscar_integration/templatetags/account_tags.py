"""What templates of the shop show of accounts."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from accounts_ledger import conf as ledger_conf
from accounts_ledger import dates
from accounts_ledger.models import Account
from accounts_ledger.money import display
from accounts_ledger.operations import holder
from oscar_integration import conf, payments
from oscar_integration.models import GiftCardSale
from oscar_integration.naming import label
from oscar_integration.payments import Payment
from oscar_integration.selling import option_texts
from oscar_integration.selling import product as gift_card

register = template.Library()


@register.simple_tag
def payments_of(order: Any) -> list[Payment]:
    """Return how *order* was paid."""
    return payments.payments_of(order)


@register.simple_tag
def account_payments_of(order: Any) -> list[Payment]:
    """Return what accounts have paid of *order*."""
    return [payment for payment in payments.payments_of(order) if payment.account]


@register.simple_tag
def sold_cards_of(order: Any) -> list[GiftCardSale]:
    """Return the gift cards that *order* has sold."""
    sales = GiftCardSale.objects.filter(order=order).exclude(line=None)
    return list(sales.select_related("account").order_by("pk"))


@register.filter
def reviewed_first(form: SafeString) -> SafeString:
    """Let the buttons of *form*, a part of one of Oscar's own pages, lead to the second step, which is confirmed."""
    from oscar_integration.after_order import review  # needs forms, whose templates need these tags

    return SafeString(form.replace('<button type="submit"', f'<button type="submit" formaction="?{review.QUERY}=1"'))


@register.filter
def chooses_value(product: Any) -> bool:
    """Whether the buyer of *product* chooses its value: a gift card without a fixed one."""
    return gift_card.is_gift_card(product) and any(option.code == gift_card.VALUE for option in product.options)


@register.filter
def chosen_text(attribute: Any) -> str:
    """Return what was chosen by *attribute*, of a line of a basket or an order, in words."""
    return option_texts.text_of(attribute)


@register.simple_tag
def value_range() -> dict[str, str]:
    """Return the least and the most that a gift card can be worth, as text."""
    least, most = conf.get("ACCOUNTS_GIFT_CARD_MIN_VALUE"), conf.get("ACCOUNTS_GIFT_CARD_MAX_VALUE")
    currency = ledger_conf.default_currency()
    return {"least": display(least, currency), "most": display(most, currency)}


@register.simple_tag
def holdings_of(user: Any) -> list[str]:
    """What is on the cards of *user*, a text for each currency."""
    return holder.holdings(user)


@register.simple_tag
def account_unit() -> str:
    """Return what the shop calls an account: "Gift card", say."""
    return str(ledger_conf.get("ACCOUNTS_UNIT_NAME"))


@register.simple_tag
def account_unit_plural() -> str:
    """Return what the shop calls accounts: "Gift cards", say."""
    return str(ledger_conf.get("ACCOUNTS_UNIT_NAME_PLURAL"))


@register.filter
def account_label(account: Account) -> str:
    """Return how *account* is called towards shoppers."""
    return label(account)


@register.filter
def last_day(account: Account) -> datetime.date | None:
    """Return the last day on which *account* can be used, None if it is open-ended."""
    return dates.last_day_before(account.end_date) if account.end_date else None

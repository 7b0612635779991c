"""``{% money amount currency %}``: an amount in the currency's format."""

from decimal import Decimal

from django import template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> SafeString | str:
    """Return *amount* as HTML; nothing for None."""
    # Unfold renders a widget while it is imported, which loads the tags: importing the admin then would be a circle.
    from accounts_ledger import money_markup

    return "" if amount is None else money_markup.money(amount, currency)

"""Which products are gift cards, and what is asked of whoever buys one."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from oscar_integration import conf

#: Codes of the options of a gift card.
VALUE = "gift-card-value"
RECIPIENT_NAME = "gift-card-recipient-name"
RECIPIENT_EMAIL = "gift-card-recipient-email"
MESSAGE = "gift-card-message"
DELIVERY_DATE = "gift-card-delivery-date"


def is_gift_card(product: Any) -> bool:
    """Whether *product* becomes a card when it is sold."""
    product_class = product.get_product_class() if product is not None else None
    return product_class is not None and product_class.slug == conf.get("ACCOUNTS_GIFT_CARD_PRODUCT_CLASS")


def has_value_option(product: Any) -> bool:
    """Whether the buyer of *product* chooses its value."""
    return any(option.code == VALUE for option in product.options)


def lines_of(order: Any) -> Any:
    """Return the lines of *order* that sell gift cards, as a queryset."""
    slug = conf.get("ACCOUNTS_GIFT_CARD_PRODUCT_CLASS")
    if slug is None:
        return order.lines.none()
    of_class = Q(product__product_class__slug=slug) | Q(product__parent__product_class__slug=slug)
    return order.lines.filter(of_class).select_related("product").order_by("pk")


def product_class() -> Any:
    """Return the product class of gift cards; it is created with its options if it does not exist. Safe to repeat."""
    classes = get_model("catalogue", "ProductClass").objects
    slug = conf.get("ACCOUNTS_GIFT_CARD_PRODUCT_CLASS")
    found, _created = classes.get_or_create(
        slug=slug, defaults={"name": _("Gift card"), "requires_shipping": False, "track_stock": False}
    )
    found.options.add(
        _option(RECIPIENT_NAME, _("Recipient's name"), required=True, order=1),
        _option(RECIPIENT_EMAIL, _("Recipient's e-mail address"), required=True, order=2),
        _option(MESSAGE, _("Message"), required=False, order=3),
        _option(DELIVERY_DATE, _("Send on"), required=False, order=4, kind="date"),
    )
    return found


def value_option() -> Any:
    """Return the option that lets the buyer choose the value; it goes to the products that have no fixed one."""
    return _option(VALUE, _("Value"), required=True, order=0)


def _option(code: str, name: str, *, required: bool, order: int, kind: str = "text") -> Any:
    found, _created = get_model("catalogue", "Option").objects.get_or_create(
        code=code, defaults={"name": name, "type": kind, "required": required, "order": order}
    )
    return found

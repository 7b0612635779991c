"""The settings of the integration, each with its default. Read at call time, so that tests can override them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # Dotted path of a function that is called with a PaymentAttempt whose order was not placed: it voids or refunds
    # whatever the shop's other payment method may have taken under ``attempt.reference``. See docs.
    "ACCOUNTS_CANCEL_REMAINDER": None,
    # For how many seconds a payment may take without an answer before it is taken for interrupted.
    "ACCOUNTS_PAYMENT_TIMEOUT": 120,
    # For how many seconds an order can be placed as a preview has shown it; after that it is shown again.
    "ACCOUNTS_PREVIEW_AGE": 7200,
    # For how many days after it was placed the link in its e-mail opens a guest's order; None: for ever.
    "ACCOUNTS_GUEST_ORDER_DAYS": 90,
    # Dotted path of a function (source, amount, reference) that has the shop's other payment method give *amount* of
    # the payment.Source *source* back. It raises Oscar's PaymentError if it was refused and nothing moved; whatever
    # else it raises, GatewayError included, means that nobody knows, and it is asked again with the same *reference*,
    # for which it has to give back once. None: staff refund there by hand, and record it.
    "ACCOUNTS_REFUND_REMAINDER": None,
    # Which source of an order is refunded first: "last-in-first-out" or "first-in-first-out".
    "ACCOUNTS_REFUND_ORDER": "last-in-first-out",
    # A refund to an account that has expired: "replace" it by a new one, or "extend" it (what is closed is replaced).
    # The new one, or the extension, is valid for so many days.
    "ACCOUNTS_REFUND_TO_EXPIRED": "replace",
    "ACCOUNTS_REFUND_VALIDITY_DAYS": 365,
    # Names of the Oscar payment event types that give money back, and of the order statuses that give all of it back.
    "ACCOUNTS_REFUND_EVENT_TYPES": ("Refund",),
    "ACCOUNTS_CANCELLED_STATUSES": ("Cancelled",),
    # Selling gift cards: the slug of their product class; what a buyer may choose as value; for how many days a card is
    # valid (None: for ever); whether gift cards can be paid with gift cards; the shop's address in e-mails (default:
    # OSCAR_URL_SCHEMA and the domain of the current site).
    "ACCOUNTS_GIFT_CARD_PRODUCT_CLASS": "gift-card",
    "ACCOUNTS_GIFT_CARD_MIN_VALUE": Decimal("5.00"),
    "ACCOUNTS_GIFT_CARD_MAX_VALUE": Decimal("500.00"),
    "ACCOUNTS_GIFT_CARD_VALIDITY_DAYS": 365,
    "ACCOUNTS_GIFT_CARDS_BUY_GIFT_CARDS": False,
    # How many gift cards of one kind, and how many in all, can be bought at once (None: any number).
    "ACCOUNTS_GIFT_CARDS_PER_LINE": 20,
    "ACCOUNTS_GIFT_CARDS_PER_ORDER": 50,
    "ACCOUNTS_SHOP_URL": None,
    # Dotted path of a function that returns the e-mail connection by which the worker sends gift cards, for sites whose
    # EMAIL_BACKEND is a queue: no code may lie in it. None: Django's own connection.
    "ACCOUNTS_MAIL_CONNECTION": None,
    # Code guessing: how many attempts may fail within the window before one has to wait, None for any number.
    # An address can be an office or a mobile network with many people behind it.
    "ACCOUNTS_GUESSES_PER_ADDRESS": 20,
    # By the bits of an IPv6 network, of which one machine can use all addresses; an address is a /64.
    "ACCOUNTS_GUESSES_PER_NETWORK": {56: 40, 48: 80},
    "ACCOUNTS_GUESSES_PER_SESSION": 6,
    "ACCOUNTS_GUESSES_PER_USER": 10,
    # In seconds: the window; the first wait, which doubles with each further one; the longest wait.
    "ACCOUNTS_GUESSING_WINDOW": 3600,
    "ACCOUNTS_GUESSING_WAIT": 900,
    "ACCOUNTS_GUESSING_LONGEST_WAIT": 86_400,
    # So many failed attempts from all addresses together within the window raise an alarm: a mail to ADMINS and an
    # error in the log. None for never.
    "ACCOUNTS_GUESSING_ALARM": 200,
    # From the alarm until its window ends, everybody has only one in so many of their attempts. 1 for all of them.
    "ACCOUNTS_GUESSING_BRAKE": 5,
    # Counters are deleted after a day, and the oldest at once when there are more than so many.
    "ACCOUNTS_GUESSING_MAX_COUNTERS": 50_000,
    # Addresses or networks of proxies whose X-Forwarded-For is believed, such as ["10.0.0.0/8"]; "unix" for a proxy
    # on the same machine that connects through a socket file. Default: the address that the connection comes from.
    "ACCOUNTS_TRUSTED_PROXIES": (),
}


def get(name: str) -> Any:
    """Return the setting *name*, or its default. Unknown names raise KeyError: a typo must not go unnoticed."""
    return getattr(settings, name, DEFAULTS[name])

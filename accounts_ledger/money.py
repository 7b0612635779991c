"""Amounts of money: exact decimals in the units that a currency has."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency
from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from accounts_ledger.exceptions import InvalidAmount

#: Digits of an amount in all, and after the point, as stored. 14 digits survive SQLite's 8-byte reals exactly.
MAX_DIGITS = 14
DECIMAL_PLACES = 2

#: Currencies whose smallest unit is the unit itself (ISO 4217, exponent 0). All others that are accepted have two.
_WITHOUT_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
#: Currencies with three or four decimals (ISO 4217): amounts are stored with two, so they are refused at start-up.
UNSUPPORTED_CURRENCIES = frozenset("BHD CLF IQD JOD KWD LYD OMR TND UYW".split())

ZERO = Decimal("0.00")
LARGEST = Decimal(10) ** (MAX_DIGITS - DECIMAL_PLACES) - Decimal("0.01")


def is_amount(*columns: str) -> Q:
    """Return the condition that *columns* are amounts, or empty: a database would store NaN, infinity and texts too.

    PostgreSQL sorts NaN, and SQLite texts, after every number: all of them are beyond the largest amount.
    """
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__gte": -LARGEST}) & Q(**{f"{column}__lte": LARGEST})
    return condition


def decimals(currency: str) -> int:
    """Return how many decimals amounts of *currency* (ISO 4217 code) have."""
    return 0 if currency in _WITHOUT_DECIMALS else DECIMAL_PLACES


def display(amount: Decimal, currency: str) -> str:
    """Return *amount* as people of the active language write it: "£1,234.50"."""
    locale = to_locale(get_language() or settings.LANGUAGE_CODE)
    return format_currency(amount, currency, locale=locale)


def amount_of(value: object, currency: str) -> Decimal:
    """Return *value* as an amount of *currency* that can be posted.

    Args:
        value: a Decimal or an int. Floats and strings are refused: the caller decides how they are read.
        currency: ISO 4217 code.

    Raises:
        InvalidAmount: not a finite positive number, too large, or with more decimals than the currency has.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise InvalidAmount(_("An amount must be a Decimal, not %s.") % type(value).__name__)
    amount = Decimal(value)
    if not amount.is_finite():
        raise InvalidAmount(_("An amount must be a finite number."))
    if amount <= 0:
        raise InvalidAmount(_("An amount must be more than zero."))
    if amount > LARGEST:
        raise InvalidAmount(_("An amount must not be more than %s.") % LARGEST)
    places = decimals(currency)
    rounded = amount.quantize(Decimal(1).scaleb(-places))
    if rounded != amount:
        raise InvalidAmount(
            _("%(amount)s has more decimals than %(currency)s, which has %(places)d.")
            % {"amount": amount, "currency": currency, "places": places}
        )
    return rounded.quantize(ZERO)

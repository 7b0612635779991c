"""Reads amounts as people and programs write them: with signs of currencies, groups of thousands, dashes for zero."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts_ledger.imports import currencies
from accounts_ledger.imports.errors import UndecidedError
from accounts_ledger.imports.reading import COMMA, POINT

SCIENTIFIC = re.compile(r"^[-+]?\d(?:[.,]\d+)?[eE]\+?\d+$")
_SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f]+")
#: Signs before figures, among them brackets of accountants; figures; what stands after them.
_PARTS = re.compile(r"^([^0-9]*?)((?:[.,](?=[0-9]))?[0-9](?:[0-9.,' ]*[0-9])?)([^0-9]*)$")
#: "80.–", "500,-", "500:-": no pence.
_NO_PENCE = re.compile(r"^\s*[.,:]\s?[-–—]{1,2}")
_ZEROS = frozenset({"-", "–", "—"})
_GROUPED = {
    POINT: re.compile(r"^(?:\d+|\d{1,3}(?:[, ']\d{3})+)(?:\.\d*)?$|^\.\d+$"),
    COMMA: re.compile(r"^(?:\d+|\d{1,3}(?:[. ']\d{3})+)(?:,\d*)?$|^,\d+$"),
}
#: One thousand, or one with three decimal places.
_TWO_WAYS = re.compile(r"^[1-9]\d{0,2}([.,])\d{3}$")


@dataclass(frozen=True)
class Parts:
    """An amount taken apart: ``figures`` with their points and commas, the sign, the currencies that are meant.

    ``units`` is None if no currency is named. ``figures`` is "" for a dash that says zero.
    """

    figures: str
    is_negative: bool
    units: frozenset[str] | None


def parts(text: str) -> Parts | None:
    """Return the parts of the amount that *text* is, None if it is none."""
    plain = _SPACES.sub(" ", text).strip().replace("−", "-").replace("’", "'").lstrip("'")
    if len(plain) > 40 or SCIENTIFIC.match(plain):
        return None
    match = _PARTS.match(plain)
    if not match:
        # Without figures: the dash of accountants, with a currency or without.
        unit = plain.strip("-–— ")
        dash = plain.replace(unit, "", 1).strip() if unit else plain
        units = currencies.of_amount(unit) if unit else None
        return Parts("", False, units) if dash in _ZEROS and (units or not unit) else None
    before, figures, after = match.groups()
    if not figures.isascii():
        return None
    after = _NO_PENCE.sub("", after)
    if after[:1] in (".", ",") and not after[1:].strip(" )"):
        after = after[1:]
    marks = before + after
    brackets = (before.count("("), after.count(")"))
    signs = marks.count("-")
    if brackets not in ((0, 0), (1, 1)) or before.count(")") or after.count("(") or signs + brackets[0] > 1:
        return None
    named = [unit for unit in (re.sub(r"[()+-]", "", mark).strip() for mark in (before, after)) if unit]
    meant: frozenset[str] | None = None
    for unit in named:
        known = currencies.of_amount(unit)
        if known is None:
            return None
        meant = known if meant is None else meant & known
    return Parts(figures, bool(signs or brackets[0]), meant) if marks.count("+") <= 1 else None


def amount(
    text: str,
    decimal_sign: str,
    cents: bool = False,
    *,
    currency: str | None = None,
    sign_is_settled: bool = True,
    three_are_decimals: bool = True,
) -> Decimal:
    """Return the amount that *text* says: "1,234.50", "£50", "50.00 GBP", "CHF 80.–", "$ -", "(cents) 5000".

    Args:
        cents: the figures are in the smallest unit of the currency.
        currency: what the amount must be in, if it names a currency.
        sign_is_settled: *decimal_sign* is known, not only assumed.
        three_are_decimals: three figures after *decimal_sign* are decimal places, for certain.

    Raises:
        UndecidedError: "1.000" may be one or a thousand, and nothing settles which.
        ValueError: with a message fit for people.
    """
    if SCIENTIFIC.match(text.strip()):
        raise ValueError(_("A spreadsheet has turned this into a number with an exponent. Export the file again."))
    read = parts(text)
    if read is None:
        raise ValueError(_("This is not an amount."))
    if currency and read.units is not None and currency not in read.units:
        raise ValueError(_("This amount names another currency than that of the batch, %s.") % currency)
    if not read.figures:
        return Decimal(0)
    two_ways = _TWO_WAYS.match(read.figures)
    # With a third place that is not zero it is no amount of money, which is an error and no question.
    is_known = two_ways and (
        sign_is_settled and (three_are_decimals or read.figures[-1] != "0")
        if two_ways.group(1) == decimal_sign
        else sign_is_settled
    )
    if two_ways and not is_known:
        raise UndecidedError("decimal_sign", read.figures)
    return _value(read, decimal_sign, cents)


def _value(read: Parts, decimal_sign: str, cents: bool) -> Decimal:
    if not _GROUPED[decimal_sign].match(read.figures):
        if _GROUPED[POINT if decimal_sign == COMMA else COMMA].match(read.figures):
            raise ValueError(_("This is not an amount with “%s” as decimal sign. Is the choice right?") % decimal_sign)
        raise ValueError(_("This is not an amount."))
    plain = re.sub(r"[ '" + ("." if decimal_sign == COMMA else ",") + "]", "", read.figures)
    value = Decimal(plain.replace(",", "."))
    if read.is_negative:
        value = -value
    if not cents:
        return value
    # A program writes 1250.0 for a whole number; 12.50 pence are no pence.
    if len(plain.replace(",", ".").partition(".")[2].rstrip("0")) or re.search(r"[.,]\d{2}", plain):
        raise ValueError(_("Amounts in pence or cents are whole numbers. Is the choice right?"))
    return value.scaleb(-2)

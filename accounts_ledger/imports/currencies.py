"""The signs and words by which amounts and headings name a currency."""

from __future__ import annotations

import re

_DOLLARS = frozenset(
    "USD CAD AUD NZD SGD HKD MXN TWD BBD BSD BMD BZD FJD JMD KYD LRD NAD SBD TTD XCD CLP COP ARS".split()
)
_CROWNS = frozenset({"SEK", "NOK", "DKK", "ISK"})
_FRANCS = frozenset({"CHF"})
#: As they stand in amounts, in small letters and without a point at the end.
_UNITS: dict[str, frozenset[str]] = {
    "£": frozenset({"GBP"}), "€": frozenset({"EUR"}), "¥": frozenset({"JPY", "CNY"}), "$": _DOLLARS,
    "us$": frozenset({"USD"}), "ca$": frozenset({"CAD"}), "c$": frozenset({"CAD"}), "cad$": frozenset({"CAD"}),
    "a$": frozenset({"AUD"}), "au$": frozenset({"AUD"}), "nz$": frozenset({"NZD"}), "hk$": frozenset({"HKD"}),
    "s$": frozenset({"SGD"}), "mx$": frozenset({"MXN"}), "r$": frozenset({"BRL"}), "usd$": frozenset({"USD"}),
    "kr": _CROWNS, "dkr": frozenset({"DKK"}), "fr": _FRANCS, "sfr": _FRANCS, "zł": frozenset({"PLN"}),
    "zl": frozenset({"PLN"}), "kč": frozenset({"CZK"}), "ft": frozenset({"HUF"}), "₹": frozenset({"INR"}),
    "rs": frozenset({"INR", "PKR", "LKR"}), "₺": frozenset({"TRY"}), "tl": frozenset({"TRY"}),
    "₪": frozenset({"ILS"}), "₩": frozenset({"KRW"}), "₽": frozenset({"RUB"}), "฿": frozenset({"THB"}),
    "₫": frozenset({"VND"}), "₱": frozenset({"PHP"}), "₴": frozenset({"UAH"}), "₦": frozenset({"NGN"}),
    "r": frozenset({"ZAR"}), "lei": frozenset({"RON"}), "rm": frozenset({"MYR"}), "rp": frozenset({"IDR"}),
    "euro": frozenset({"EUR"}), "euros": frozenset({"EUR"}), "pounds": frozenset({"GBP"}),
    "pound": frozenset({"GBP"}), "dollars": _DOLLARS, "dollar": _DOLLARS, "kronor": frozenset({"SEK"}),
    "kroner": frozenset({"NOK", "DKK"}), "francs": _FRANCS, "franken": _FRANCS, "sterling": frozenset({"GBP"}),
    "円": frozenset({"JPY"}), "元": frozenset({"CNY"}),
}  # fmt: skip
_CODES = frozenset(
    "AED ARS AUD BAM BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR ISK JPY KES KRW KWD"
    " LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH USD UYU VND"
    " ZAR".split()
)
#: Those that are no words of any heading.
_IN_HEADINGS = _CODES - {"ALL", "TRY", "PEN", "MAD", "TOP"}
#: Currencies that have no smaller unit.
WITHOUT_CENTS = frozenset({"JPY", "KRW", "ISK", "CLP", "VND"})


def of_amount(unit: str) -> frozenset[str] | None:
    """Return the currencies that the *unit* beside an amount can mean ("£", "kr.", "US$"), None if it is none."""
    plain = re.sub(r"\s+", " ", unit).strip().rstrip(".").strip().lower()
    known = _UNITS.get(plain)
    if known:
        return known
    if plain.upper() in _CODES:
        return frozenset({plain.upper()})
    # "US$ USD", "€ EUR": twice the same.
    parts = [of_amount(part) for part in plain.split(" ")] if " " in plain else []
    found = frozenset.intersection(*(part or frozenset() for part in parts)) if parts else frozenset()
    return found or None


def of_heading(word: str) -> frozenset[str]:
    """Return the currencies that a *word* or sign of a heading names, which may be none."""
    if word.upper() in _IN_HEADINGS:
        return frozenset({word.upper()})
    return (
        _UNITS[word] if word in ("£", "€", "$", "¥", "euro", "euros", "pounds", "dollars", "sterling") else frozenset()
    )

"""Rows that are no cards: totals under a list, headers that come again on every page of a report."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts_ledger.imports import columns
from accounts_ledger.imports.card import Card
from accounts_ledger.imports.reading import Reading

TOTAL, HEADER = "total", "header"
_LABEL = re.compile(
    r"^[-=\s*]*(?:grand|sub|overall|report|page|net)?[\s-]*(?:totals?|totale|totaal|totalt|totaux|suma|sum|summe|somme"
    r"|gesamt(?:summe|betrag|wert)?|zwischensumme|insgesamt|razem|totalsumma)\b"
    r"(?:\s*(?:\(.*\)|of\b.*|for\b.*|value|amount|balance|outstanding|liability|gift\s*cards?|cards?|[\d.,:=-]+))*\s*:?$",
    re.I,
)
_ATTRIBUTES = {columns.BALANCE: "value_left", columns.INITIAL: "value_first", columns.USED: "value_used"}


class LeftOut:
    """Tells rows that are no cards from those that are, and counts them."""

    def __init__(self, reading: Reading) -> None:
        self.counts: Counter[str] = Counter()
        self._headings = list(reading.headings) if reading.has_header else None
        self._code = reading.columns.index(columns.CODE) if columns.CODE in reading.columns else None
        self._others = [
            index
            for index, key in enumerate(reading.columns)
            if key and key not in (*columns.AMOUNTS, columns.CURRENCY, columns.CODE)
        ]
        # Only with codes can a row be told to have none, so only then are sums of use.
        self._sums = {
            attribute: Decimal(0)
            for key, attribute in _ATTRIBUTES.items()
            if key in reading.columns and self._code is not None
        }
        self._rows = 0
        self.coded = 0

    def is_none(self, cells: list[str], card: Card) -> bool:
        """Whether a row is no card, *card* being what it was read as. Counts it if so, adds it to the sums if not."""
        code = cells[self._code] if self._code is not None and self._code < len(cells) else ""
        if cells == self._headings:
            self.counts[HEADER] += 1
            return True
        # Codes and totals are not looked for in every row of a long list: a label stands where a code would, or there
        # is none.
        if (code and _LABEL.match(code)) or (not code and self._is_total(cells, card)):
            self.counts[TOTAL] += 1
            return True
        self.coded += bool(code)
        self._rows += 1
        for attribute, total in self._sums.items():
            value = getattr(card, attribute)
            if value is not None:
                self._sums[attribute] = total + value
        return False

    def is_bare(self, cells: list[str], card: Card) -> bool:
        """Whether a row of a list of codes has a value and nothing else, as a total without a label has."""
        return (
            self._code is not None
            and not card.code
            and not any(index < len(cells) and cells[index] for index in self._others)
        )

    def _is_total(self, cells: list[str], card: Card) -> bool:
        if any(cell and _LABEL.match(cell) for cell in cells):
            return True
        if not self.coded or self._rows < 2 or not self.is_bare(cells, card):
            return False
        return any(total and getattr(card, attribute) == total for attribute, total in self._sums.items())


def bare_at_the_end() -> str:
    """Return the error of a last row that has a value, but no code as all rows above it have."""
    return _("This row has a value but no code, unlike all others. Is it the total? Take it out, or give it a code.")

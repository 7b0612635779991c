"""Remarks: what a check noticed about the cards of a batch that is no error, counted for people to judge."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from accounts_ledger import codes
from accounts_ledger.imports.card import Card
from accounts_ledger.imports.errors import UnreadableFile

#: Figures of a number that a spreadsheet keeps; those after them become zeros.
_KEPT = 15


class Remarks:
    """Counts cards that are given a code or an end of validity, and codes that a spreadsheet may have changed."""

    def __init__(self, default_end: datetime.datetime | None) -> None:
        self._default_end = default_end
        self.new_codes = self.guessable_codes = self.default_ends = self.no_ends = self.more_than_first = 0
        self.not_adding_up = 0
        self._lengths: Counter[int] = Counter()
        self._rounded: Counter[int] = Counter()
        self._leading_zeros = False

    def add(self, card: Card) -> None:
        if not card.code:
            self.new_codes += 1
        elif codes.can_be_guessed(card.code):
            self.guessable_codes += 1
        if card.code and card.code.isdecimal():
            length = len(card.code)
            self._lengths[length] += 1
            self._leading_zeros = self._leading_zeros or card.code[0] == "0"
            if length > _KEPT and not card.code[_KEPT:].strip("0"):
                self._rounded[length] += 1
        if card.end_date is None:
            self.no_ends += 1
        elif card.end_date is self._default_end:
            self.default_ends += 1
        if card.value_left is not None and card.value_first is not None and card.value_left > card.value_first:
            self.more_than_first += 1
        elif (
            card.value_left is not None
            and card.value_used is not None
            and card.value_first is not None
            and card.value_first - card.value_used != card.value_left
        ):
            self.not_adding_up += 1

    def refuse_rounded_codes(self) -> None:
        """Refuse codes of which a spreadsheet has kept the first fifteen figures only.

        Raises:
            UnreadableFile: so many end in zeros where it would put them that it is no chance.
        """
        for length, rounded in self._rounded.items():
            by_chance = 10.0 ** -((length - _KEPT) * rounded)
            if 2 * rounded >= self._lengths[length] and by_chance <= 0.01:
                raise UnreadableFile(
                    _(
                        "Codes of %(length)d figures end in zeros: a spreadsheet keeps only the first 15 and has lost"
                        " the rest. Export the file again, and do not open it in a spreadsheet before the import."
                    )
                    % {"length": length}
                )

    def shorter_codes(self) -> int:
        """How many codes of figures are shorter than most others: spreadsheets take leading zeros away.

        Where a single code begins with a zero they were left where they were. A zero goes from one code in ten, two
        from one in a hundred, so that codes that are shorter by one figure are always among those without their zeros.
        """
        if len(self._lengths) < 2 or self._leading_zeros:
            return 0
        usual = max(self._lengths, key=lambda length: (self._lengths[length], length))
        shorter = sum(number for length, number in self._lengths.items() if length < usual)
        return shorter if usual - 1 in self._lengths and self._lengths[usual] >= shorter else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "new_codes": self.new_codes,
            "guessable_codes": self.guessable_codes,
            "default_ends": self.default_ends,
            "no_ends": self.no_ends,
            "more_than_first": self.more_than_first,
            "not_adding_up": self.not_adding_up,
            "shorter_codes": self.shorter_codes(),
        }

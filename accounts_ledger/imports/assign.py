"""Which column of a file is which: by its heading, checked against what is in it; what stays in doubt is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from accounts_ledger import codes, dates
from accounts_ledger.imports import amounts, cells, columns, days, signs
from accounts_ledger.imports.card_words import CONDITION_OF, status_word
from accounts_ledger.imports.headings import Meaning, heading_key, meaning
from accounts_ledger.imports.reading import DAY_FIRST, MONTH_FIRST

#: Columns of which a wrong one costs money, so that two candidates are never decided by their names alone.
_DECISIVE = frozenset({columns.CODE, columns.BALANCE, columns.INITIAL, columns.USED, columns.END})
_PEOPLE = frozenset({"owner", "recipient", "customer", "holder"})
#: Words of headings of days ahead that are no end of a card.
_OTHER_DAYS = frozenset(
    "delivery delivered deliver send sent ship shipping order invoice event appointment visit".split()
)


@dataclass
class Assignment:
    """The key of each column, and why some of them (by index) need somebody's decision: a reason of `questions`."""

    keys: list[str]
    asked: dict[int, str] = field(default_factory=dict)


def assign(headings: Sequence[str], body: Sequence[list[str]], currency: str | None) -> Assignment:
    """Return which column is which in a file with *headings*.

    Args:
        body: the cells of each column, as far as they were looked at.
        currency: the batch's; of two columns of amounts in two currencies, the one in it is meant.
    """
    return _Assigning(headings, body, currency).run()


class _Assigning:
    def __init__(self, headings: Sequence[str], body: Sequence[list[str]], currency: str | None) -> None:
        self.headings = headings
        self.meanings = [meaning(heading) for heading in headings]
        self.filled = [[cell for cell in column if cell] for column in body]
        self.body, self.currency = body, currency
        self.keys = [self._fitting(index, said) for index, said in enumerate(self.meanings)]
        self.asked: dict[int, str] = {}

    def run(self) -> Assignment:
        for column in columns.COLUMNS:
            if column.key not in columns.SIGNS:
                self._choose(column.key)
        self._look_for_code()
        self._look_for_value()
        self._look_for_end()
        self._look_for_signs()
        return Assignment([columns.IGNORED if i in self.asked else key for i, key in enumerate(self.keys)], self.asked)

    # --- One column ---------------------------------------------------------------------------------------

    def _fitting(self, index: int, said: Meaning) -> str:
        """Return the key that the heading says, unless what is in the column says that it is not meant so."""
        key, filled, heading = said.key, self.filled[index], self.headings[index]
        if not filled:
            return key
        if key in columns.AMOUNTS and not any(map(cells.is_amount, filled)):
            if key == columns.USED and all(
                cells.is_flag(cell) or _has_day(cell) or cells.says_no(cell) for cell in filled
            ):
                return columns.SPENT
            return key if said.is_certain else columns.IGNORED
        if key == columns.USED and all(cell in ("0", "1") for cell in filled) and "1" in filled:
            return columns.SPENT
        # "Recipient" is a name or an address; "E-mail" is an address, or a mistake in the file.
        if key == columns.EMAIL and heading_key(heading) in _PEOPLE and not any("@" in cell for cell in filled):
            return columns.IGNORED
        if key == columns.TYPE and said.rank:
            return key if all(_is_type(cell) for cell in set(filled)) else columns.IGNORED
        if key == columns.STATUS and said.rank and not any(status_word(cell) in CONDITION_OF for cell in filled):
            return columns.IGNORED
        if key == columns.END and not said.is_certain and not any(map(_has_day, filled)):
            return columns.IGNORED
        if key == columns.EXPIRED and any(map(cells.is_date, filled)):
            return columns.END
        if key == columns.TEST and not all(map(cells.is_flag, filled)):
            return columns.IGNORED
        return key

    # --- Several for one ----------------------------------------------------------------------------------

    def _choose(self, key: str) -> None:
        found = [index for index, said in enumerate(self.keys) if said == key]
        if key == columns.CODE and len(found) > 1:
            found = self._only(key, found, lambda index: cells.could_be_codes(self.filled[index]))
        if key in columns.AMOUNTS and len(found) > 1 and self.currency:
            found = self._only(
                key, found, lambda index: self.currency in (self.meanings[index].currencies or {self.currency})
            )
        if len(found) < 2:
            return
        if key in _DECISIVE:
            found = self._only(key, found, lambda index: bool(self.filled[index]))
        found.sort(key=lambda index: (self.meanings[index].rank, index))
        first, *others = found
        needed = key in _DECISIVE and not (key in (columns.INITIAL, columns.USED) and columns.BALANCE in self.keys)
        for index in others:
            if needed and not self._same(key, first, index):
                self.asked[first] = self.asked[index] = f"two_{key}"
            self.keys[index] = columns.IGNORED
        if first in self.asked:
            self.keys[first] = columns.IGNORED

    def _only(self, key: str, found: list[int], test: Callable[[int], bool]) -> list[int]:
        """Leave out of *found* those that fail the *test*, unless that is all of them."""
        good = [index for index in found if test(index)]
        for index in found if good else []:
            if index not in good:
                self.keys[index] = columns.IGNORED
        return good or found

    def _same(self, key: str, one: int, other: int) -> bool:
        """Whether two columns say the same in every row in which both say something."""
        plain = {columns.CODE: codes.normalise, columns.END: _day_of}.get(key, _figures_of)
        pairs = zip(self.body[one], self.body[other], strict=True)
        return (
            all(plain(a) == plain(b) for a, b in pairs if a and b)
            and self.meanings[one].cents == self.meanings[other].cents
        )

    # --- Known by what is in them ---------------------------------------------------------------------------

    def _open(self) -> list[int]:
        """The columns that are not used so far, and are about nothing that is known not to matter."""
        return [
            index for index, key in enumerate(self.keys) if not key and index not in self.asked and self.filled[index]
        ]

    def _has(self, *keys: str) -> bool:
        asked_for = {reason.removeprefix("two_") for reason in self.asked.values()}
        return bool(set(keys) & (set(self.keys) | asked_for))

    def _look_for_code(self) -> None:
        if self._has(columns.CODE):
            return
        for index in self._open():
            said, filled = self.meanings[index], self.filled[index]
            could_be = cells.could_be_codes(filled)
            if (could_be and not said.harmless) or (
                said.smell == "code" and cells.share(filled, cells.could_be_code) > 0.5
            ):
                self.asked[index] = "code"

    def _look_for_value(self) -> None:
        if self._has(columns.BALANCE):
            return
        known = self._has(columns.INITIAL)
        for index in self._open():
            said, filled = self.meanings[index], self.filled[index]
            if cells.share(filled, cells.is_amount) < 0.8:
                continue
            written = any(map(cells.is_written_amount, filled))
            if said.smell == "left" or (not said.harmless and (written or not known or self._never_more(index))):
                self.asked[index] = "left" if known else "value"
        for index, key in enumerate(self.keys):
            # "Redemptions" may be how often, or how much.
            doubtful = key == columns.USED and not self.meanings[index].is_certain
            if doubtful and self.filled[index] and not any(map(cells.is_written_amount, self.filled[index])):
                self.asked[index] = "used"

    def _never_more(self, index: int) -> bool:
        """Whether whole numbers are at most the first value in every row, and the same in some: as what is left is."""
        if columns.INITIAL not in self.keys:
            return False
        first = self.body[self.keys.index(columns.INITIAL)]
        pairs = [(int(a), int(b)) for a, b in zip(self.body[index], first, strict=True) if a.isdigit() and b.isdigit()]
        return any(a == b for a, b in pairs) and all(a <= b for a, b in pairs)

    def _look_for_end(self) -> None:
        if self._has(columns.END):
            return
        today = timezone.localdate().isoformat()
        for index in self._open():
            said, filled = self.meanings[index], self.filled[index]
            ahead = any(_day_of(cell) > today for cell in filled if cells.is_date(cell))
            is_other = not _OTHER_DAYS.isdisjoint(heading_key(self.headings[index]).split())
            if said.smell == "end" or (ahead and not is_other):
                self.asked[index] = "end"

    def _look_for_signs(self) -> None:
        remarks = [index for index, key in enumerate(self.keys) if key == columns.DESCRIPTION]
        for index in [*self._open(), *remarks]:
            found = signs.reason(self.headings[index], self.body[index], is_used=index in remarks)
            if found:
                self.asked[index] = found


def _has_day(cell: str) -> bool:
    if cells.is_date(cell):
        return True
    try:
        return days.date(cell, DAY_FIRST) is not None
    except ValueError:
        return False


def _day_of(cell: str) -> str:
    """Return the day in *cell* for comparing, in whatever order it is written; "" if there is none."""
    for order in (DAY_FIRST, MONTH_FIRST):
        try:
            found = days.date(cell, order)
        except ValueError:
            continue
        return dates.start_of(found).isoformat()[:10] if found else ""
    return cell if cell else ""


def _figures_of(cell: str) -> str:
    read = amounts.parts(cell)
    return read.figures.rstrip("0").rstrip(".,") if read else cell


def _is_type(cell: str) -> bool:
    from accounts_ledger import chart

    types = chart.deferred_income_types()
    return types.filter(name__iexact=cell).exists() or types.filter(code__iexact=cell).exists()

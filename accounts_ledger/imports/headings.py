"""What a heading means: the column it is, the currency and the unit of its amounts, or what it smells of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from accounts_ledger.imports import columns, currencies
from accounts_ledger.imports.heading_words import (
    CENTS,
    DATE_WORDS,
    FIRST_WORDS,
    HARMLESS_WORDS,
    LEFT_WORDS,
    NAMES,
    SIGN_STEMS,
    SMELLS,
    USED_STEMS,
    VALUE_WORDS,
)

#: Headings that are not known by name, but by the words in them, come after all that are.
_BY_WORDS = 1_000
#: Figures that are no amounts of the currency, but parts of one, or thousands.
_OTHER_UNITS = frozenset({"percent", "percentage", "pct", "prozent", "000", "000s", "thousands", "tsd"})


@dataclass(frozen=True)
class Meaning:
    """What one heading says.

    ``key`` is one of `columns.COLUMNS`, "" if it is not known; ``rank`` orders several headings of one key, the
    likeliest first. ``smell`` is what kind of thing an unknown one could be (a key of `heading_words.SMELLS`), "" if
    nothing that matters. ``harmless`` ones are known not to be about the card's money, code or end.
    """

    key: str = columns.IGNORED
    rank: int = 0
    smell: str = ""
    harmless: bool = False
    currencies: frozenset[str] = frozenset()
    cents: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether the whole heading is known, not only words of it."""
        return bool(self.key) and self.rank < _BY_WORDS


def heading_key(heading: str) -> str:
    """Return *heading* as it is compared: "Sender E-mail", "sender_email" and "SENDER  E-MAIL" are much the same."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading.strip().lstrip("\ufeff"))
    words = re.sub(r"[\W_]+", " ", words).strip().lower().replace("ß", "ss").replace("ø", "o").replace("æ", "ae")
    plain = unicodedata.normalize("NFKD", words)
    return "".join(character for character in plain if not unicodedata.combining(character))


@lru_cache(maxsize=2_000)
def meaning(heading: str) -> Meaning:
    """Return what *heading* means."""
    words = heading_key(heading).split()
    said = frozenset().union(*(currencies.of_heading(word) for word in (*words, *re.findall(r"[^\w\s]", heading))))
    cents = not CENTS.isdisjoint(words)
    rest = [word for word in words if word not in CENTS and not currencies.of_heading(word)]
    while rest and rest[-1] in ("in", "en"):
        rest.pop()
    key, rank = _known(" ".join(words)) or _known(" ".join(rest)) or ("", 0)
    if not key:
        key = _by_words(frozenset(rest))
        rank = _BY_WORDS
    if key in columns.AMOUNTS and ("%" in heading or not _OTHER_UNITS.isdisjoint(words)):
        key = columns.IGNORED
    is_amount = key in columns.AMOUNTS
    smell = "" if key else _smell(frozenset(rest))
    return Meaning(
        key=key,
        rank=rank if key else 0,
        smell=smell,
        harmless=not key and not HARMLESS_WORDS.isdisjoint(rest),
        currencies=said if is_amount or not key else frozenset(),
        cents=cents,
    )


def _known(key: str) -> tuple[str, int] | None:
    for column in columns.COLUMNS:
        # A heading's place among the names of its column: those of other languages come after ours.
        names = (*column.names, *NAMES.get(column.key, ()))
        if key in names:
            return column.key, names.index(key)
    return None


def _by_words(words: frozenset[str]) -> str:
    """Return the column that a heading of these *words* is, if they leave no doubt."""
    if "points" in words or "loyalty" in words:
        return ""
    dated = not DATE_WORDS.isdisjoint(words)
    valued = not VALUE_WORDS.isdisjoint(words)
    for key, stems in SIGN_STEMS.items():
        if (
            any(word.startswith(stem) for word in words for stem in stems)
            and not valued
            and HARMLESS_WORDS.isdisjoint(words - {"by", "date", "reason"})
        ):
            return "" if {"by", "reason"} & words else key
    if any(word.startswith("expir") for word in words) and not {"days", "months", "never", "policy"} & words:
        return columns.END
    if any(word.startswith(stem) for word in words for stem in USED_STEMS):
        if {"last", "first"} & words and valued:
            return ""
        return columns.USED if valued and not dated else columns.SPENT if HARMLESS_WORDS.isdisjoint(words) else ""
    if dated or not HARMLESS_WORDS.isdisjoint(words):
        return ""
    if not FIRST_WORDS.isdisjoint(words) and not (VALUE_WORDS | LEFT_WORDS).isdisjoint(words):
        return columns.INITIAL
    return columns.BALANCE if not LEFT_WORDS.isdisjoint(words) else ""


def _smell(words: frozenset[str]) -> str:
    return next((smell for smell, smelling in SMELLS.items() if not smelling.isdisjoint(words)), "")


def empty_balance_is_unused(headings: tuple[str, ...] | list[str]) -> bool:
    """Whether these headings are of a system where a card without a balance still has its first value: Recurly."""
    return any(heading_key(heading) == "redemption code" for heading in headings)

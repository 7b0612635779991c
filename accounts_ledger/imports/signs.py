"""Signs that a card is not good, in columns that nobody knew to be about that: flags, remarks, missing days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from accounts_ledger.imports import cells, columns
from accounts_ledger.imports.card_words import CONDITION_OF, status_word
from accounts_ledger.imports.heading_words import HARMLESS_WORDS, QUANTITIES, SIGN_STEMS
from accounts_ledger.imports.headings import heading_key, meaning
from accounts_ledger.imports.reading import Reading

_DISCOUNTS = ("percent", "discount", "free shipping", "free_shipping")
_OF_HUNDRED = re.compile(r"^(?:\d+(?:[.,]\d+)?)?\s*%$")
#: In a sentence, what can only be meant of the card.
_BAD_NEWS = re.compile(
    r"\b(?:cancell?ed|void(?:ed)?|stolen|blocked|fraud\w*|chargeback|refunded|deactivated|disabled|frozen|invalid"
    r"|lost card|card (?:was )?lost|reported lost|do not (?:use|redeem|hono[u]?r|accept)"
    r"|already (?:used|redeemed|spent)|used up|replaced by|storniert|gesperrt|ung[üu]ltig|annul[ée]e?s?"
    r"|bloqu[ée]e?s?|anulad[oa]|cancelad[oa]|annullat[oa]|bloccat[oa]|geannuleerd|geblokkeerd|makulera[dt])\b",
    re.I,
)
#: In a cell of its own, what says that a row is no card but something that happened to one, or that it is a trial.
_OTHER_ROWS = frozenset(
    "redeem redemption debit reload purchase sale activation activate adjustment sandbox staging demo test"
    " testing".split()
)
#: No word of `card_words` is longer.
_LONGEST_WORD = 24
#: Cells of a column of which it is remembered that they are harmless.
_KEPT = 1_000
#: Flags about something else than whether the card may be used.
_OTHER_FLAGS = HARMLESS_WORDS - {"paid", "payment"} | frozenset(
    "emailed mailed printed notified newsletter marketing subscribed opt taxable physical digital wrapped wrap gift"
    " scheduled reminder opened viewed clicked exported imported synced marketing consent anonymous personalised"
    " personalized e mail email egift electronic online reloadable rechargeable transferable shareable".split()
)
#: What has to have happened to a card before it is good; where it has not, the day is missing.
_GOOD_SINCE = ("activat", "sold", "aktivier", "verkauft", "vendu", "verkocht")


def reason(heading: str, body: Sequence[str], *, is_used: bool = False) -> str:
    """Return why somebody has to say what a column is about (a reason of `questions`), "" if nobody has to.

    Args:
        body: the cells of the column, empty ones included.
        is_used: it is loaded as the cards' description, so that only what it says of cards matters.
    """
    filled = [cell for cell in body if cell]
    said = meaning(heading)
    if is_used:
        return "status" if any(map(_BAD_NEWS.search, filled)) else ""
    if any(word in cell.lower() for cell in filled for word in _DISCOUNTS):
        return "discount"
    if heading_key(heading) in QUANTITIES and any(cell.isdigit() and int(cell) > 1 for cell in filled):
        return "quantity"
    if _is_sign(heading_key(heading).split(), body, filled):
        return "status"
    if said.harmless:
        return ""
    if any(map(_OF_HUNDRED.match, filled)):
        return "discount"
    return "status" if any(map(says_bad, filled)) else ""


def says_bad(cell: str) -> bool:
    """Whether *cell* says that a card is not good, in whatever column: by a word of systems, or in a sentence."""
    if cells.is_flag(cell) or cell.isdigit():
        return False
    word = status_word(cell)
    return bool(CONDITION_OF.get(word)) or word in _OTHER_ROWS or bool(_BAD_NEWS.search(cell))


def _is_sign(words: Sequence[str], body: Sequence[str], filled: Sequence[str]) -> bool:
    """Whether a heading of these *words* has cells that tell some cards from others."""
    if not filled:
        return False
    told_by = {"by", "reason"} & set(words) and _begin(words, [stem for stems in SIGN_STEMS.values() for stem in stems])
    if told_by:
        return not all(map(cells.says_no, filled))
    some_missing = len(filled) < len(body)
    if _begin(words, _GOOD_SINCE) and some_missing and any(map(cells.is_date, filled)):
        return True
    if not all(map(cells.is_flag, filled)) or not _OTHER_FLAGS.isdisjoint(words):
        return False
    # Figures may count something; who writes nothing for no leaves some empty.
    answers = {cell.lower() in cells.YES for cell in filled}
    return len(answers) > 1 or (some_missing and not filled[0].isdigit())


def _begin(words: Iterable[str], stems: Iterable[str]) -> bool:
    return any(word.startswith(tuple(stems)) for word in words)


class UnusedColumns:
    """Looks for bad news beyond the first rows, in columns that are not used and about which nobody was asked."""

    def __init__(self, reading: Reading) -> None:
        decided = {int(key.partition(":")[2]) for key in reading.chosen if key.startswith("column:")}
        self._seen: dict[int, set[str]] = {
            index: set()
            for index, (heading, key) in enumerate(zip(_headings(reading), reading.columns, strict=False))
            if index not in decided and (key == columns.DESCRIPTION or (not key and not meaning(heading).harmless))
        }

    def bad_news(self, rows: Iterable[Sequence[str]]) -> list[int]:
        """Return the columns in which *rows* say, as none before, that a card is not good."""
        rows = list(rows)
        return [index for index, seen in self._seen.items() if _is_bad_news(rows, index, seen)]


def _is_bad_news(rows: Sequence[Sequence[str]], index: int, seen: set[str]) -> bool:
    # The same few words come again and again; of long texts that are all different, not all are kept.
    new = {row[index] for row in rows if index < len(row)} - seen
    if len(seen) < _KEPT:
        seen |= new
    return bool(_BAD_NEWS.search("\n".join(new))) or any(says_bad(cell) for cell in new if len(cell) <= _LONGEST_WORD)


def _headings(reading: Reading) -> Sequence[str]:
    return [*reading.headings, *[""] * (len(reading.columns) - len(reading.headings))]

"""What must be asked before a file can be read, and the option or field that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_ledger.imports import columns, masking
from accounts_ledger.imports.reading import Reading

COLUMN = "column"


@dataclass(frozen=True)
class Question:
    """One thing that the file leaves open.

    ``field`` is the name of the form's field that answers it, ``option`` how the command is told, ``choices`` the
    answers to choose from, as values and labels.
    """

    key: str
    text: str
    field: str
    option: str
    choices: tuple[tuple[str, Any], ...] = ()
    column: int | None = None


def of(reading: Reading) -> list[Question]:
    """Return the open questions about *reading*, in the order in which they are best answered."""
    return [_question(reading, *asked.partition(":")[::2]) for asked in reading.asked]


def in_words(reading: Reading) -> str:
    """Return the open questions about *reading* as one text."""
    return " ".join(question.text for question in of(reading))


def _question(reading: Reading, key: str, example: str) -> Question:
    if key == COLUMN:
        index, _colon, reason = example.partition(":")
        return _about_column(reading, int(index), reason)
    text, option = _TEXTS[key]
    return Question(key, str(text) % {"example": example}, key, option)


def _about_column(reading: Reading, index: int, reason: str) -> Question:
    name = column_name(reading, index)
    if reason.startswith("two_"):
        label = columns.BY_KEY[reason.removeprefix("two_")].label
        text = _("Another column besides %(column)s could be “%(label)s”, and says something else. Which is it?") % {
            "column": name,
            "label": label,
        }
    else:
        text = str(_REASONS[reason]) % {"column": name}
    heading = reading.headings[index] if index < len(reading.headings) else ""
    named = heading.replace('"', "") if heading and reading.headings.count(heading) == 1 else str(index + 1)
    option = f'--column "{named}={_LIKELY.get(reason, reason.removeprefix("two_"))}" or --ignore "{named}"'
    return Question(f"{COLUMN}:{index}", text, f"column_{index}", option, column=index)


def column_name(reading: Reading, index: int) -> str:
    """Return what a column is called in messages."""
    heading = reading.headings[index] if index < len(reading.headings) else ""
    return _("“%s”") % masking.masked_heading(heading) if heading else _("column %d") % (index + 1)


_TEXTS: dict[str, tuple[Any, str]] = {
    "sheet": (
        gettext_lazy("More than one sheet looks like a list of cards: %(example)s. Which one is it?"),
        "--sheet NAME",
    ),
    "hidden_rows": (
        gettext_lazy(
            "The spreadsheet hides rows or strikes them through, row %(example)s among them. Are their cards to be"
            " loaded too?"
        ),
        "--hidden-rows load or --hidden-rows leave-out",
    ),
    "date_order": (
        gettext_lazy("Dates such as %(example)s can be read in two ways. What comes first, the day or the month?"),
        "--dates dmy or --dates mdy (or --dates ymd: the year)",
    ),
    "decimal_sign": (
        gettext_lazy(
            "Amounts such as %(example)s can be read in two ways. Which sign has the decimal places after it?"
        ),
        "--decimal-sign . or --decimal-sign ,",
    ),
    "cents": (
        gettext_lazy("Are amounts such as %(example)s in whole units of the currency, or in pence or cents?"),
        "--no-cents or --cents",
    ),
    "end_day": (
        gettext_lazy("Cards end at midnight, %(example)s. Are they valid through that day, or only until it begins?"),
        "--end-day included or --end-day excluded",
    ),
}
#: The keys of `Reading.asked`, but for those of columns.
KEYS = tuple(_TEXTS)

_REASONS: dict[str, Any] = {
    "code": gettext_lazy(
        "Are the codes of the cards in %(column)s? Without a column of codes every card gets a new one."
    ),
    "left": gettext_lazy(
        "%(column)s has amounts too. Are they what is left on the cards, or is the column not to be used?"
    ),
    "value": gettext_lazy("No column is known to have the value of the cards. Is it in %(column)s?"),
    "used": gettext_lazy("Is %(column)s how much was used of the cards, or how often?"),
    "end": gettext_lazy("Does %(column)s say until when the cards are valid?"),
    "status": gettext_lazy("Does %(column)s say that some cards are not good?"),
    "quantity": gettext_lazy(
        "Does %(column)s say that a row stands for several cards? Each row becomes one card: write a row for each."
    ),
    "discount": gettext_lazy("%(column)s speaks of discounts or percentages. Are all rows of this file gift cards?"),
}
_LIKELY = {"left": "balance", "value": "balance", "discount": "description", "quantity": "description"}

"""What cells become: django-import-export widgets whose errors are sentences for people."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from accounts_ledger import codes, conf, dates
from accounts_ledger.imports import cells, currencies, values
from accounts_ledger.imports.card_words import CONDITION_OF, status_word
from accounts_ledger.imports.days import is_midnight
from accounts_ledger.imports.errors import UndecidedError
from accounts_ledger.imports.options import DISABLED
from accounts_ledger.imports.reading import Reading
from accounts_ledger.models import Account

#: Codes with fewer bits are refused: anybody finds them. Those with more that can be guessed all the same
#: (`codes.can_be_guessed`), such as eight figures, are counted, and loading them is a decision.
_LEAST_BITS = 26.0

#: Codes of which files show the end only.
_MASKED = re.compile(r"[*•●·∙…]{2,}|\.{3,}|^[xX#]{4,}[0-9]{0,5}$")
_NO_CODES = frozenset(
    {"#N/A", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "UNASSIGNED", "NOT ASSIGNED", "UNKNOWN",
     "PENDING", "NOT AVAILABLE", "UNDEFINED", "(BLANK)", "NO CODE", "HIDDEN", "REDACTED"}
)  # fmt: skip
_NOTHING = frozenset({"none", "nil", "nothing", "null", "n/a", "zero", "keine", "aucun", "ninguno"})
_NO_EMAIL = frozenset({"", "0", "-", "–", "n/a", "none", "null"})


class DescriptionWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if len(value) > Account.LONGEST_DESCRIPTION:
            raise ValueError(_("A description may have at most %d characters.") % Account.LONGEST_DESCRIPTION)
        return value


class CodeWidget(Widget):
    """A code as it is stored. Those that anyone could guess, or that a spreadsheet has damaged, are refused."""

    def __init__(self) -> None:
        super().__init__()
        self.prefixes = conf.code_prefixes()

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str | None:
        # '001 is how people tell a spreadsheet that figures are text.
        value = value.lstrip("'")
        if not value:
            return None
        if values.is_mangled(value):
            raise ValueError(_("A spreadsheet has turned this code into a number with an exponent. Export it again."))
        if _MASKED.search(value.replace("-", "").replace(" ", "")):
            raise ValueError(_("This code is masked: only its end is in the file. Export the codes in full."))
        if value.upper() in _NO_CODES:
            raise ValueError(_("This is not a code. Leave the cell empty if the card is to get a new one."))
        code = codes.normalise(value)
        if not code.isprintable() or not code.isascii():
            raise ValueError(_("A code may have letters, figures and dashes only."))
        if len(code) > 128:
            raise ValueError(_("A code may have at most 128 characters."))
        if codes.bits(code) < _LEAST_BITS:
            raise ValueError(_("This code is so short or so regular that it could be guessed."))
        if codes.has_typo(code, self.prefixes):
            raise ValueError(_("This looks like one of our own codes, but a character of it is wrong."))
        return code


class ReadingWidget(Widget):
    """A value that is written as the `Reading` says. The same ones come again and again: each is read once."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading
        self._read_once = lru_cache(maxsize=5_000)(self.read)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return self._read_once(value)

    def read(self, value: str) -> Any:
        """Return what *value* means; each kind of value has its own way. Raises ValueError if it means nothing."""
        raise NotImplementedError


class AmountWidget(ReadingWidget):
    def __init__(self, reading: Reading, currency: str) -> None:
        super().__init__(reading)
        self.currency = currency
        self.sign_is_settled = reading.is_settled("decimal_sign")
        self.three_are_decimals = reading.is_settled("three_decimals")

    def read(self, value: str) -> Decimal | None:
        if not value:
            return None
        return values.amount(
            value,
            self.reading.decimal_sign,
            self.reading.cents,
            currency=self.currency,
            sign_is_settled=self.sign_is_settled,
            three_are_decimals=self.three_are_decimals,
        )


class UsedWidget(AmountWidget):
    """What was used: "none" is no error here, and never less than nothing."""

    def read(self, value: str) -> Decimal | None:
        if value.lower() in _NOTHING:
            return Decimal(0)
        used = super().read(value)
        if used is not None and used < 0:
            raise ValueError(_("What was used cannot be less than nothing."))
        return used


class DayWidget(ReadingWidget):
    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.order_is_settled = reading.is_settled("date_order")

    def day(self, value: str) -> datetime.date | datetime.datetime | None:
        return values.date(value, self.reading.date_order, order_is_settled=self.order_is_settled)


class StartWidget(DayWidget):
    """The first moment at which a card is valid."""

    def read(self, value: str) -> datetime.datetime | None:
        day = self.day(value)
        return dates.start_of(day) if day else None


class EndWidget(DayWidget):
    """The first moment at which a card is not valid any more: a day is valid through its end, unless chosen otherwise.

    Midnight with a time zone is a day to some programs and a moment to others.
    """

    def read(self, value: str) -> datetime.datetime | None:
        day = self.day(value)
        if day is None:
            return None
        if is_midnight(day):
            if not self.reading.is_settled("end_day"):
                raise UndecidedError("end_day", value)
            if self.reading.end_included and isinstance(day, datetime.datetime):
                day = day.date()
        if not self.reading.end_included:
            return dates.start_of(day)
        return dates.end_of(day)


class CurrencyWidget(Widget):
    def __init__(self, currency: str) -> None:
        super().__init__()
        self.currency = currency

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if value and value.upper() != self.currency and self.currency not in (currencies.of_amount(value) or ()):
            raise ValueError(_("This batch is in %s. Import cards of another currency separately.") % self.currency)
        return self.currency


class EmailWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if value.lower() in _NO_EMAIL:
            return ""
        try:
            validate_email(value)
        except ValidationError:
            raise ValueError(_("This is not an e-mail address.")) from None
        if len(value) > 254:
            raise ValueError(_("This e-mail address is too long."))
        return value


class ConditionWidget(Widget):
    """What a status says of a card: one of `options.CONDITIONS`, `card_words.PARTLY`, or "" for a good one."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        word = status_word(value)
        if not word:
            return ""
        try:
            return CONDITION_OF[word]
        except KeyError:
            raise ValueError(_("This status is not known. Ignore the column or correct the file.")) from None


class ActiveWidget(ConditionWidget):
    """Whether a card is active: who does not say so has none that is. A day is when it was activated."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if not value:
            return DISABLED
        word = value.lower()
        if word in cells.NO:
            return DISABLED
        return "" if word in cells.YES or cells.is_date(value) else super().clean(value)


class SignWidget(Widget):
    """A column that says that a card is in one condition: a flag, or the day since when."""

    def __init__(self, condition: str) -> None:
        super().__init__()
        self.condition = condition

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        return "" if not value or cells.says_no(value) else self.condition


class FlagWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool | None:
        word = value.lower()
        if word in cells.YES:
            return True
        if word in cells.NO:
            return False
        if not word:
            return None
        raise ValueError(_("Write yes or no."))


class NamedWidget(Widget):
    """The id of something that is called by its name or code. ``known`` has the names in small letters."""

    def __init__(self, known: Mapping[str, int], message: Any) -> None:
        super().__init__()
        self.known = known
        self.message = message

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> int | None:
        if not value:
            return None
        try:
            return self.known[value.lower()]
        except KeyError:
            raise ValueError(self.message) from None

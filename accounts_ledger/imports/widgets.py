"""What cells become: django-import-export widgets whose errors are sentences for people."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from accounts_ledger import codes, conf, dates
from accounts_ledger.imports import values
from accounts_ledger.imports.options import CANCELLED, DISABLED, EMPTY, EXPIRED
from accounts_ledger.imports.reading import Reading
from accounts_ledger.models import Account

#: Codes with fewer bits are refused: anybody finds them. Those with more that can be guessed all the same
#: (`codes.can_be_guessed`), such as eight figures, are counted, and loading them is a decision.
_LEAST_BITS = 26.0

_STATUSES = {
    "": "active new on 1 true yes enabled open available unused issued valid activated purchased ok sold live y"
    " partially_redeemed partially_used partial",
    DISABLED: "disabled inactive off 0 false no frozen suspended blocked locked paused n deactivated draft pending",
    CANCELLED: "cancelled canceled void voided revoked deleted trash refunded",
    EXPIRED: "expired",
    EMPTY: "redeemed used fully_redeemed fully_used depleted empty spent",
}
_CONDITION_OF = {word.replace("_", " "): key for key, words in _STATUSES.items() for word in words.split()}
_TRUE = frozenset({"1", "true", "yes", "y", "on", "x", "ja", "oui"})
_FALSE = frozenset({"", "0", "false", "no", "n", "off", "nein", "non"})


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
        if not value:
            return None
        if values.is_mangled(value):
            raise ValueError(_("A spreadsheet has turned this code into a number with an exponent. Export it again."))
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
    def read(self, value: str) -> Decimal | None:
        return values.amount(value, self.reading.decimal_sign, self.reading.cents) if value else None


class StartWidget(ReadingWidget):
    """The first moment at which a card is valid."""

    def read(self, value: str) -> datetime.datetime | None:
        day = values.date(value, self.reading.date_order)
        return dates.start_of(day) if day else None


class EndWidget(ReadingWidget):
    """The first moment at which a card is not valid any more: a day is valid through its end."""

    def read(self, value: str) -> datetime.datetime | None:
        day = values.date(value, self.reading.date_order)
        return dates.end_of(day) if day else None


class CurrencyWidget(Widget):
    def __init__(self, currency: str) -> None:
        super().__init__()
        self.currency = currency

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if value and value.upper() != self.currency:
            raise ValueError(_("This batch is in %s. Import cards of another currency separately.") % self.currency)
        return self.currency


class EmailWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if not value:
            return ""
        try:
            validate_email(value)
        except ValidationError:
            raise ValueError(_("This is not an e-mail address.")) from None
        if len(value) > 254:
            raise ValueError(_("This e-mail address is too long."))
        return value


class ConditionWidget(Widget):
    """What a status says of a card: one of `options.CONDITIONS`, or "" for a good one."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        word = value.lower().replace("_", " ").replace("-", " ").strip()
        if not word:
            return ""
        try:
            return _CONDITION_OF[word]
        except KeyError:
            raise ValueError(_("This status is not known. Ignore the column or correct the file.")) from None


class FlagWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool | None:
        word = value.lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False if word else None
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

"""What is to be made of the rows of a file: choices of the person who imports it."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts_ledger.models import Account, GiftCardBatch
from accounts_ledger.operations.arguments import check_text

SKIP, FREEZE, REFUSE = "skip", "freeze", "refuse"
CHOICES = [
    (SKIP, _("Skip the row")),
    (FREEZE, _("Import it frozen")),
    (REFUSE, _("Refuse the file")),
]

#: What a card can be, other than good. Never silently turned into money that can be spent.
DISABLED, TEST, CANCELLED, EXPIRED, EMPTY, SPENT = "disabled", "test", "cancelled", "expired", "empty", "spent"
CONDITIONS = {
    DISABLED: _("Disabled cards"),
    TEST: _("Test cards"),
    CANCELLED: _("Cancelled cards"),
    EXPIRED: _("Expired cards"),
    EMPTY: _("Cards without value"),
    SPENT: _("Used cards of which nothing says what is left"),
}
DEFAULT_TREATMENT = {DISABLED: FREEZE, TEST: SKIP, CANCELLED: SKIP, EXPIRED: SKIP, EMPTY: SKIP, SPENT: REFUSE}


@dataclass(frozen=True)
class Options:
    """Choices that hold for all rows; what a row says itself wins, except for ``generate_codes``.

    Dates are days of the site's time zone; the last day is included.
    """

    generate_codes: bool = False
    treatment: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_TREATMENT))
    start: datetime.date | None = None
    end: datetime.date | None = None
    product_range: int | None = None
    description: str = ""

    def treatment_of(self, condition: str) -> str:
        """Return what becomes of cards in *condition*, also if these options are older than the condition."""
        return self.treatment.get(condition) or DEFAULT_TREATMENT[condition]

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        values["start"] = self.start.isoformat() if self.start else None
        values["end"] = self.end.isoformat() if self.end else None
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Options:
        known = {key: value for key, value in values.items() if key in cls.__dataclass_fields__}
        for key in ("start", "end"):
            if known.get(key):
                known[key] = datetime.date.fromisoformat(known[key])
        return cls(**known)


def check_texts(name: str, options: Options) -> None:
    """Raise InvalidText if the *name* of a batch or the description of its cards cannot be stored."""
    check_text(_("name"), name, GiftCardBatch.LONGEST_NAME)
    check_text(_("description"), options.description, Account.LONGEST_DESCRIPTION)

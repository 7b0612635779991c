"""The lines of a roll-forward, and which movement of a customer's account belongs to which.

The rules are written once and used twice: on sums that the database made (`line_for`), and as a condition within a
query (`line_of`). A reversal is shown, with its sign, against the line that it undoes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts_ledger.models import Transfer
from accounts_ledger.reports.chart_index import CORE_ACCOUNTS, ChartIndex, Role

Kind = Transfer.Kind

#: Lines in their order: name and heading. Figures are signed as seen by the customer's account.
LINES: list[tuple[str, Any]] = [
    ("sold", _("Sold")),
    ("issued_free", _("Promotional issue")),
    ("top_ups", _("Top-ups")),
    ("refunds", _("Refunds to card")),
    ("redeemed", _("Redeemed")),
    ("lapsed", _("Expired (breakage)")),
    ("withdrawn", _("Withdrawn")),
    ("adjustments", _("Adjustments")),
]


@dataclass(frozen=True)
class Rule:
    """Movements of one kind belong to one line; perhaps only those from or to certain accounts, or only one way."""

    kind: Kind
    line: str
    counter: Role | None = None
    is_inward: bool | None = None

    def fits(self, kind: str, counter: frozenset[Role], is_inward: bool) -> bool:
        is_counter = self.counter is None or self.counter in counter
        return self.kind == kind and is_counter and self.is_inward in (None, is_inward)

    def condition(self, side: str, counter: str, chart: ChartIndex) -> Q:
        condition = Q(effective_kind=self.kind)
        if self.counter:
            condition &= _plays(self.counter, counter, chart)
        if self.is_inward is not None:
            is_reversal = Q(kind=Kind.REVERSAL)
            # A credit that is a reversal undoes a debit, and the other way round.
            condition &= ~is_reversal if self.is_inward == (side == "destination") else is_reversal
        return condition


#: The first that fits decides. Plain transfers say nothing of their purpose; where the money came from or went does.
RULES = (
    Rule(Kind.LOAD, "issued_free", counter="unpaid"),
    Rule(Kind.LOAD, "sold"),
    Rule(Kind.TOP_UP, "top_ups"),
    Rule(Kind.REFUND, "refunds", is_inward=True),
    Rule(Kind.REFUND, "withdrawn"),
    Rule(Kind.REDEMPTION, "redeemed"),
    Rule(Kind.LAPSE, "lapsed"),
    Rule(Kind.WITHDRAWAL, "withdrawn"),
    Rule(Kind.TRANSFER, "redeemed", counter="redemptions"),
    Rule(Kind.TRANSFER, "lapsed", counter="lapsed"),
    Rule(Kind.TRANSFER, "issued_free", counter="unpaid", is_inward=True),
    Rule(Kind.TRANSFER, "sold", counter="cash", is_inward=True),
    Rule(Kind.TRANSFER, "withdrawn", counter="unpaid"),
    Rule(Kind.TRANSFER, "withdrawn", counter="cash"),
)
OTHERWISE = "adjustments"


def line_for(kind: str, counter: frozenset[Role], is_inward: bool) -> str:
    """Return the line of a movement.

    Args:
        kind: of the transfer; of a reversal, the kind of what it undoes.
        counter: the parts that the account at the other end plays.
        is_inward: whether value came in; of a reversal, whether it did with what is undone.
    """
    return next((rule.line for rule in RULES if rule.fits(kind, counter, is_inward)), OTHERWISE)


def line_of(side: str, chart: ChartIndex) -> Case:
    """Return the expression for the line of transfers, as the account on *side* (destination or source) sees them.

    The transfers are annotated with ``effective_kind``, ``source_type`` and ``destination_type``.
    """
    counter = "source" if side == "destination" else "destination"
    rules = (When(rule.condition(side, counter, chart), then=Value(rule.line)) for rule in RULES)
    return Case(*rules, default=Value(OTHERWISE), output_field=CharField())


def _plays(role: Role, account: str, chart: ChartIndex) -> Q:
    """Return the condition that the account of that name plays *role*. See `ChartIndex.roles`."""
    if role in CORE_ACCOUNTS:
        return Q(**{f"{account}__chart_code__startswith": CORE_ACCOUNTS[role]})
    return Q(**{f"{account}_type__in": chart.of_role[role]})

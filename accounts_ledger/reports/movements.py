"""What happened to customers' accounts, sorted into the lines of a roll-forward.

A reversal is shown, with its sign, against the line that it undoes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from accounts_ledger.models import Transfer
from accounts_ledger.money import ZERO
from accounts_ledger.reports.chart_ids import ChartIds
from accounts_ledger.reports.filters import PeriodFilter

Kind = Transfer.Kind

#: Lines in their order: name and heading. Figures are signed as seen by the customer's account.
LINES: list[tuple[str, Any]] = [
    ("sold", _("Sold")),
    ("issued_free", _("Issued free")),
    ("top_ups", _("Top-ups")),
    ("refunds", _("Refunds to card")),
    ("redeemed", _("Redeemed")),
    ("lapsed", _("Lapsed")),
    ("withdrawn", _("Withdrawn")),
    ("adjustments", _("Adjustments")),
]

#: The sides of a transfer, each with the sign that its amount has there.
SIDES: tuple[tuple[str, int], ...] = (("destination", 1), ("source", -1))


def movements(parameters: PeriodFilter) -> QuerySet[Any]:
    """Return the transfers in the period, annotated with ``effective_kind``: a reversal counts as what it undoes."""
    transfers = Transfer.objects.filter(
        date_created__gte=parameters.since,
        date_created__lt=parameters.until,
        source__currency=parameters.chosen_currency,
    )
    return transfers.annotate(effective_kind=Case(When(kind=Kind.REVERSAL, then=F("parent__kind")), default=F("kind")))


def line_of(side: str, chart: ChartIds) -> Case:
    """Return the expression that sorts movements into `LINES`, for the account on *side* (destination or source)."""
    counter = "source_id" if side == "destination" else "destination_id"
    # A credit that is a reversal undoes a debit, and the other way round.
    is_debit = Q(kind=Kind.REVERSAL) if side == "destination" else ~Q(kind=Kind.REVERSAL)
    kind = "effective_kind"
    return Case(
        When(Q(**{kind: Kind.LOAD, f"{counter}__in": chart.unpaid}), then=Value("issued_free")),
        When(Q(**{kind: Kind.LOAD}), then=Value("sold")),
        When(Q(**{kind: Kind.TOP_UP}), then=Value("top_ups")),
        When(Q(**{kind: Kind.REFUND}) & is_debit, then=Value("withdrawn")),
        When(Q(**{kind: Kind.REFUND}), then=Value("refunds")),
        When(Q(**{kind: Kind.REDEMPTION}), then=Value("redeemed")),
        When(Q(**{kind: Kind.LAPSE}), then=Value("lapsed")),
        When(Q(**{kind: Kind.WITHDRAWAL}), then=Value("withdrawn")),
        # Plain transfers say nothing of their purpose; where the money went does.
        When(Q(**{kind: Kind.TRANSFER, f"{counter}__in": chart.redemptions}), then=Value("redeemed")),
        When(Q(**{kind: Kind.TRANSFER, f"{counter}__in": chart.lapsed}), then=Value("lapsed")),
        When(Q(**{kind: Kind.TRANSFER, f"{counter}__in": chart.unpaid}) & ~is_debit, then=Value("issued_free")),
        When(Q(**{kind: Kind.TRANSFER, f"{counter}__in": chart.cash}) & ~is_debit, then=Value("sold")),
        When(Q(**{kind: Kind.TRANSFER, f"{counter}__in": chart.cash | chart.unpaid}), then=Value("withdrawn")),
        default=Value("adjustments"),
        output_field=CharField(),
    )


def on_side(side: str, parameters: PeriodFilter, chart: ChartIds) -> QuerySet[Any]:
    """Return the movements whose account on *side* is a customer's, annotated with ``line`` and ``type_then``.

    ``type_then`` is the type that the account had at the end of the period.
    """
    type_then = parameters.at_end.type_of(f"{side}__")
    annotated = movements(parameters).annotate(type_then=type_then, line=line_of(side, chart))
    return annotated.filter(type_then__in=chart.programme_ids)


def by_type_and_line(parameters: PeriodFilter, chart: ChartIds) -> dict[int, dict[str, Decimal]]:
    """Return the signed total of each line for each account type, in the period."""
    totals: dict[int, dict[str, Decimal]] = {}
    for side, sign in SIDES:
        grouped = on_side(side, parameters, chart).order_by().values("type_then", "line")
        for group in grouped.annotate(total=Sum("amount")):
            lines = totals.setdefault(group["type_then"], {})
            lines[group["line"]] = lines.get(group["line"], ZERO) + sign * group["total"].quantize(ZERO)
    return totals

"""What happened to customers' accounts in a period, added up by the database and sorted into the lines of a report."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, F, Q, QuerySet, Sum, Value, When

from accounts_ledger.models import Transfer
from accounts_ledger.money import ZERO
from accounts_ledger.reports.as_of import AsOf
from accounts_ledger.reports.chart_index import ChartIndex
from accounts_ledger.reports.period import Period
from accounts_ledger.reports.roll_forward_rules import line_for
from accounts_ledger.reports.subquery import fetched

#: The sides of a transfer, each with the sign that its amount has there, and with the other one.
SIDES: tuple[tuple[str, int, str], ...] = (("destination", 1, "source"), ("source", -1, "destination"))


@dataclass(frozen=True, slots=True)
class Movement:
    """A sum of movements of customers' accounts, all of one line and one account type.

    ``amount`` is signed as the accounts see it. ``keys`` are what else the sums were grouped by.
    """

    account_type: int
    line: str
    amount: Decimal
    keys: dict[str, Any]


def transfers(period: Period, types_at: AsOf | None = None) -> QuerySet[Any]:
    """Return the transfers of the period, annotated with the types that their accounts had at its end.

    Args:
        types_at: another moment at which the accounts' types are looked up.
    """
    then = types_at or period.at_end
    inside = Transfer.objects.filter(
        date_created__gte=period.since, date_created__lt=period.until, source__currency=period.currency
    )
    return inside.annotate(source_type=then.type_of("source__"), destination_type=then.type_of("destination__"))


def effective_kind() -> Case:
    """Return the expression for a transfer's kind; a reversal counts as what it undoes."""
    return Case(When(kind=Transfer.Kind.REVERSAL, then=F("parent__kind")), default=F("kind"))


def movements(
    period: Period,
    chart: ChartIndex,
    wanted: frozenset[int] | None = None,
    by: dict[str, Any] | None = None,
    by_account: dict[str, Callable[[str], Any]] | None = None,
    cuts: Sequence[datetime.datetime] = (),
) -> Iterator[Movement]:
    """Yield the movements of customers' accounts in the period, added up by type (at its end) and line.

    Args:
        wanted: only accounts of these types; None for all types of customers' accounts.
        by: expressions on transfers to group by beside, by name.
        by_account: the same on the moved account; each is given the path to it, ``source`` or ``destination``.
        cuts: moments that cut a long period into parts, which PostgreSQL can add up on several cores at once.
    """
    types = wanted or chart.programme_ids
    keys = dict(by or {})
    for side, _sign, _other in SIDES:
        keys |= {f"{side}_{name}": expression(side) for name, expression in (by_account or {}).items()}
    for group in _summed(period, cuts, Q(source_type__in=types) | Q(destination_type__in=types), keys):
        for side, sign, other in SIDES:
            if group[f"{side}_type"] in types:
                counter = chart.roles(group[f"{other}_type"], group[f"{other}__chart_code"])
                # A credit that is a reversal undoes a debit, and the other way round.
                is_inward = (side == "destination") != bool(group["is_reversal"])
                yield Movement(
                    account_type=group[f"{side}_type"],
                    line=line_for(group["effective_kind"], counter, is_inward),
                    amount=sign * Decimal(group["total"]).quantize(ZERO),
                    keys={name: group[name] for name in by or {}}
                    | {name: group[f"{side}_{name}"] for name in by_account or {}},
                )


def by_type_and_line(period: Period, chart: ChartIndex) -> dict[int, dict[str, Decimal]]:
    """Return the signed total of each line for each account type, in the period."""
    totals: dict[int, dict[str, Decimal]] = {}
    for movement in movements(period, chart):
        lines = totals.setdefault(movement.account_type, {})
        lines[movement.line] = lines.get(movement.line, ZERO) + movement.amount
    return totals


def _summed(
    period: Period, cuts: Sequence[datetime.datetime], condition: Q, keys: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Group transfers by columns with few values each, so that the database knows that there will be few groups.

    Sorted into lines by an expression over ids, it would expect as many groups as rows. And only for reversals, which
    are few and have an index of their own, is the transfer looked up that they undo: for all transfers together the
    database would join the whole journal with itself.
    """
    accounts = ("source_type", "source__chart_code", "destination_type", "destination__chart_code")
    names = (*accounts, *keys, "effective_kind", "is_reversal", "total")

    def sums(part: Period, is_reversal: bool) -> QuerySet[Any]:
        kind = Q(kind=Transfer.Kind.REVERSAL)
        found = (
            transfers(part, types_at=period.at_end).filter(condition, kind if is_reversal else ~kind).annotate(**keys)
        )
        effective = {"effective_kind": F("parent__kind" if is_reversal else "kind")}
        return (
            found.order_by()
            .values(*accounts, *keys, **effective, is_reversal=Value(is_reversal, BooleanField()))
            .annotate(total=Sum("amount"))
        )

    bounds = itertools.pairwise([period.since, *cuts, period.until])
    ordinary = [sums(replace(period, since=since, until=until), is_reversal=False) for since, until in bounds]
    inner = sums(period, is_reversal=True).union(*ordinary, all=True)
    for values in fetched("SELECT * FROM (%s) part", inner):
        yield dict(zip(names, values, strict=True))

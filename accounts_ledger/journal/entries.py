"""Journal entries: each a debit and a credit of one amount."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from accounts_ledger import dates
from accounts_ledger.journal.mapping import Mapping, Target
from accounts_ledger.models import Transfer
from accounts_ledger.money import ZERO


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: *debit* and *credit* are the accounts of the general ledger that *amount* leaves and reaches."""

    day: datetime.date
    reference: str
    narration: str
    debit: Target
    credit: Target
    amount: Decimal
    currency: str


def entries(start: datetime.date, end: datetime.date, currency: str, summarised: bool) -> Iterator[Entry]:
    """Yield the entries of the days from *start* through *end*, in their order."""
    transfers = Transfer.objects.filter(
        date_created__gte=dates.start_of(start), date_created__lt=dates.end_of(end), source__currency=currency
    ).select_related("source", "destination")
    ordered = transfers.order_by("date_created", "pk")
    return _summary(ordered, currency) if summarised else _every(ordered, currency)


def _every(transfers: QuerySet[Transfer], currency: str) -> Iterator[Entry]:
    mapping = Mapping()
    for transfer in transfers.iterator(chunk_size=2000):
        about = (transfer.get_kind_display(), transfer.merchant_reference, transfer.description)
        yield Entry(
            day=timezone.localdate(transfer.date_created),
            reference=transfer.reference,
            narration=" · ".join(part for part in about if part),
            debit=mapping.target(transfer.source),
            credit=mapping.target(transfer.destination),
            amount=transfer.amount,
            currency=currency,
        )


def _summary(transfers: QuerySet[Transfer], currency: str) -> Iterator[Entry]:
    """Yield one entry a day, kind and pair of accounts. One day at a time is kept in memory."""
    mapping, day = Mapping(), None
    sums: dict[tuple[str, Target, Target], list[Decimal]] = defaultdict(list)
    for transfer in transfers.iterator(chunk_size=2000):
        of_day = timezone.localdate(transfer.date_created)
        if day is not None and of_day != day:
            yield from _of_day(day, sums, currency)
            sums.clear()
        day = of_day
        key = (transfer.kind, mapping.target(transfer.source), mapping.target(transfer.destination))
        sums[key].append(transfer.amount)
    if day is not None:
        yield from _of_day(day, sums, currency)


def _of_day(
    day: datetime.date, sums: dict[tuple[str, Target, Target], list[Decimal]], currency: str
) -> Iterator[Entry]:
    for number, ((kind, debit, credit), amounts) in enumerate(sums.items(), 1):
        label = Transfer.Kind(kind).label
        yield Entry(
            day=day,
            reference=f"{day:%Y%m%d}-{number}",
            narration=ngettext("%(kind)s, %(count)d transfer", "%(kind)s, %(count)d transfers", len(amounts))
            % {"kind": label, "count": len(amounts)},
            debit=debit,
            credit=credit,
            amount=sum(amounts, ZERO),
            currency=currency,
        )

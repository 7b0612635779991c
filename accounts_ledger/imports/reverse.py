"""Taking a whole batch back: what is unspent on its cards goes back to where it came from."""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts_ledger import facade
from accounts_ledger.exceptions import AccountException
from accounts_ledger.imports import job
from accounts_ledger.imports.errors import BatchNotReady
from accounts_ledger.models import Account, GiftCardBatch, Transfer
from accounts_ledger.money import ZERO

logger = logging.getLogger("accounts_ledger")
_KEPT_FAILURES = 100


@dataclass
class ReverseReport:
    """What came of it: cards taken back, their value, and why others were not."""

    reversed: int = 0
    value: Decimal = ZERO
    spent: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    failed: int = 0

    def fail(self, what: object, refusal: AccountException) -> None:
        self.failed += 1
        if len(self.failures) < _KEPT_FAILURES:
            self.failures.append((str(what), str(refusal)))


@dataclass(frozen=True)
class ReversePlan:
    """What a reversal would do now: the loads it would take back (their ids), and the cards it would leave alone."""

    loads: tuple[int, ...]
    value: Decimal
    frozen: int
    spent: int


def plan(batch: GiftCardBatch) -> ReversePlan:
    """Return what `reverse` would do to *batch* as it is now."""
    loads = _unused_loads(batch)
    totals = loads.aggregate(
        value=Sum("amount"),
        frozen=Count("pk", filter=Q(destination__status=Account.FROZEN) | Q(destination__held__gt=0)),
    )
    pks = tuple(loads.order_by("pk").values_list("pk", flat=True))
    in_use = batch.accounts.exclude(status=Account.CLOSED).count()
    return ReversePlan(pks, Decimal(totals["value"] or ZERO).quantize(ZERO), totals["frozen"], in_use - len(pks))


def fingerprint(planned: ReversePlan) -> str:
    """Return what changes as soon as a reversal would take anything else back: for jobs that were asked for earlier."""
    return hashlib.sha256(repr(planned).encode()).hexdigest()


def reverse(
    batch: GiftCardBatch, user: Any = None, check: Callable[[GiftCardBatch], None] | None = None
) -> ReverseReport:
    """Reverse the loads of the cards of *batch* from which nothing was spent, close them, and fund the source again.

    Cards from which something was spent keep what is left: their holders have used them. Cards that are frozen or
    reserved by a hold are reported. Each card is an act of its own, so one that fails keeps no other. What was done is
    not done again: it can be repeated, and goes on where a run was killed.

    Args:
        check: called with the batch as it is under lock, before anything is done; may refuse by raising.

    Raises:
        BatchNotReady: the batch was never loaded.
    """
    with transaction.atomic():
        locked = job.lock(batch)
        if locked.state not in (locked.State.LOADED, locked.State.REVERSED):
            raise BatchNotReady(_("Only a batch that was loaded can be reversed."))
        if check:
            check(locked)
        planned = plan(locked)
    report = ReverseReport(spent=planned.spent)
    for pk in planned.loads:
        _take_back(Transfer.objects.select_related("source", "destination").get(pk=pk), user, report)
    _return_to_source(batch, user, report)
    _note(batch, user, report)
    return report


def _unused_loads(batch: GiftCardBatch) -> QuerySet[Transfer]:
    """Return the loads that can be taken back: of cards that were never used, or that a run left empty and open."""
    loads = Transfer.objects.filter(
        kind=Transfer.Kind.LOAD, merchant_reference=batch.reference, destination__batch=batch
    ).exclude(destination__status=Account.CLOSED)
    reversals = Transfer.objects.filter(parent=OuterRef("pk"), kind=Transfer.Kind.REVERSAL)
    return loads.filter(Q(destination__sequence=1) | Q(Exists(reversals), destination__sequence=2))


def _take_back(load: Transfer, user: Any, report: ReverseReport) -> None:
    try:
        facade.take_back(load, user=user, reason=_("Batch reversed"), idempotency_key=f"reverse-batch:{load.reference}")
    except AccountException as refusal:
        report.fail(load.destination, refusal)
        return
    report.reversed += 1
    report.value += load.amount


def _return_to_source(batch: GiftCardBatch, user: Any, report: ReverseReport) -> None:
    """Move what the reversed loads gave back from the batch's own account on to the source."""
    pools = Account.objects.filter(
        pk__in=Transfer.objects.filter(kind=Transfer.Kind.LOAD, merchant_reference=batch.reference)
        .order_by()
        .values("source")
        .distinct()
    ).exclude(pk=batch.source_id)
    for pool in pools:
        try:
            facade.while_locked(functools.partial(_empty, pool, batch, user), accounts=[pool, batch.source])
        except AccountException as refusal:
            report.fail(batch.source, refusal)


def _empty(pool: Account, batch: GiftCardBatch, user: Any) -> None:
    pool.refresh_from_db()
    if pool.balance > 0:
        facade.transfer(
            pool,
            batch.source,
            pool.balance,
            user=user,
            merchant_reference=batch.reference,
            description=_("Batch reversed"),
            as_staff=True,
        )


def _note(batch: GiftCardBatch, user: Any, report: ReverseReport) -> None:
    """Write on the batch what was done: it counts as reversed once any of its cards was, also by a run before."""
    taken_back = Transfer.objects.filter(
        kind=Transfer.Kind.REVERSAL, parent__kind=Transfer.Kind.LOAD, parent__merchant_reference=batch.reference
    )
    with transaction.atomic():
        if taken_back.filter(parent__destination__batch=batch).exists():
            batch.state = batch.State.REVERSED
            batch.save(update_fields=["state"])
        batch.remark(
            _("Reversed"),
            user,
            cards=report.reversed,
            value=str(report.value),
            spent=report.spent,
            failed=report.failed,
        )


def standing(batch: GiftCardBatch) -> dict[str, int]:
    """Return how many cards of *batch* are in which status, and how many were never used."""
    return batch.accounts.aggregate(
        open=Count("pk", filter=Q(status=Account.OPEN)),
        frozen=Count("pk", filter=Q(status=Account.FROZEN)),
        closed=Count("pk", filter=Q(status=Account.CLOSED)),
        unused=Count("pk", filter=Q(sequence=1)),
    )

"""Taking a whole batch back: what is unspent on its cards goes back to where it came from."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts_ledger import facade
from accounts_ledger.exceptions import AccountException
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


def reverse(batch: GiftCardBatch, user: Any = None) -> ReverseReport:
    """Reverse the loads of the cards of *batch* from which nothing was spent, close them, and fund the source again.

    Cards from which something was spent keep what is left: their holders have used them. Cards that are frozen or
    reserved by a hold are reported. Each card is an act of its own, so one that fails keeps no other; what was done
    is not done again, so it can be repeated.

    Raises:
        BatchNotReady: the batch was never loaded.
    """
    if batch.state not in (batch.State.LOADED, batch.State.REVERSED):
        raise BatchNotReady(_("Only a batch that was loaded can be reversed."))
    report = ReverseReport()
    untouched = Q(sequence=1, held=ZERO)
    report.spent = batch.accounts.exclude(status=Account.CLOSED).exclude(untouched).count()
    loads = Transfer.objects.filter(
        kind=Transfer.Kind.LOAD, merchant_reference=batch.reference, destination__batch=batch, destination__sequence=1
    )
    pks = list(loads.exclude(destination__status=Account.CLOSED).order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        _reverse_one(Transfer.objects.select_related("source", "destination").get(pk=pk), user, report)
    _return_to_source(batch, user)
    if report.reversed:
        batch.state = batch.State.REVERSED
        batch.save(update_fields=["state"])
    batch.remark(
        _("Reversed"), user, cards=report.reversed, value=str(report.value), spent=report.spent, failed=report.failed
    )
    return report


def _reverse_one(load: Transfer, user: Any, report: ReverseReport) -> None:
    card = load.destination
    try:
        facade.reverse(
            load, user=user, description=_("Batch reversed"), idempotency_key=f"reverse-batch:{load.reference}"
        )
        facade.close(card, user=user, reason=_("Batch reversed"))
    except AccountException as refusal:
        report.failed += 1
        if len(report.failures) < _KEPT_FAILURES:
            report.failures.append((str(card), str(refusal)))
        return
    report.reversed += 1
    report.value += load.amount


def _return_to_source(batch: GiftCardBatch, user: Any) -> None:
    """Move what the reversed loads gave back from the batch's own account on to the source."""
    pools = Account.objects.filter(
        pk__in=Transfer.objects.filter(kind=Transfer.Kind.LOAD, merchant_reference=batch.reference)
        .order_by()
        .values("source")
        .distinct()
    ).exclude(pk=batch.source_id)
    for pool in pools:
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


def standing(batch: GiftCardBatch) -> dict[str, int]:
    """Return how many cards of *batch* are in which status, and how many were never used."""
    return batch.accounts.aggregate(
        open=Count("pk", filter=Q(status=Account.OPEN)),
        frozen=Count("pk", filter=Q(status=Account.FROZEN)),
        closed=Count("pk", filter=Q(status=Account.CLOSED)),
        unused=Count("pk", filter=Q(sequence=1)),
    )

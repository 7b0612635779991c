"""Compares what clients were told with what the ledger holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reconciliation:
    """The differences, all of them to be zero; ``findings`` are those of `verify_ledger`."""

    transfers: int
    #: Acknowledged to a client, but not in the ledger.
    lost: int
    #: In the ledger, but never acknowledged to anybody.
    unacknowledged: int
    #: Requests that were written more than once.
    doubled: int
    #: Transactions that left an account below its credit limit.
    overdrafts: int
    #: The sum of all balances.
    books: str
    findings: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        differences = (self.lost, self.unacknowledged, self.doubled, self.overdrafts)
        return not any(differences) and float(self.books) == 0 and not self.findings


def reconcile(acknowledged: Iterable[str], before: Iterable[str] = ()) -> Reconciliation:
    """Compare the *acknowledged* references, and those from *before* the clients started, with the ledger."""
    from django.db.models import Count, F, Sum

    from accounts_ledger.models import Account, Transaction, Transfer
    from accounts_ledger.verification import verify_ledger

    told = set(acknowledged)
    kept = set(Transfer.objects.values_list("reference", flat=True)) - set(before)
    named = Transfer.objects.exclude(merchant_reference=None).values("merchant_reference")
    return Reconciliation(
        transfers=len(kept),
        lost=len(told - kept),
        unacknowledged=len(kept - told),
        doubled=named.annotate(times=Count("pk")).filter(times__gt=1).count(),
        overdrafts=Transaction.objects.filter(balance__lt=-F("account__credit_limit")).count(),
        books=str(Account.objects.aggregate(total=Sum("balance"))["total"]),
        findings=tuple(str(finding) for finding in verify_ledger().findings),
    )

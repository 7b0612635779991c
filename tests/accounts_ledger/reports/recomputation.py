"""The figures of the reports, computed again in plain Python from nothing but the rows of the journal."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.utils import timezone

from accounts_ledger import dates
from accounts_ledger.models import Account, AccountType, Transfer

ZERO = Decimal("0.00")


class Journal:
    """All transfers, and how the accounts stood at any moment."""

    def __init__(self) -> None:
        self.transfers = list(Transfer.objects.select_related("source", "destination", "parent").order_by("pk"))
        self.accounts = {account.pk: account for account in Account.objects.all()}
        self.records = defaultdict(list)
        for record in Account.history.order_by("history_date", "history_id"):
            self.records[record.id].append(record)
        root = AccountType.objects.get(code="DEFERRED-INCOME")
        self.programmes = {node.pk: node.name for node in root.get_descendants()}

    def before(self, moment: datetime.datetime) -> list[Transfer]:
        return [transfer for transfer in self.transfers if transfer.date_created < moment]

    def balances(self, moment: datetime.datetime) -> dict[int, Decimal]:
        balances: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for transfer in self.before(moment):
            balances[transfer.source_id] -= transfer.amount
            balances[transfer.destination_id] += transfer.amount
        return balances

    def then(self, pk: int, name: str, moment: datetime.datetime):
        """The field *name* of an account as it was at *moment*, told by the records of its history."""
        earlier = [record for record in self.records[pk] if record.history_date < moment]
        return getattr(earlier[-1] if earlier else self.accounts[pk], name)

    def owed(self, moment: datetime.datetime) -> dict[int, Decimal]:
        """What each customer's account held at *moment*, without the empty ones."""
        return {
            pk: balance
            for pk, balance in self.balances(moment).items()
            if balance and self.then(pk, "account_type_id", moment) in self.programmes
        }

    def lines(self, start: datetime.date, end: datetime.date) -> dict[int, dict[str, Decimal]]:
        """The signed movements of customers' accounts in the period, by type at its end and line."""
        totals: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        for pk, _transfer, line, amount in self.movements(start, end):
            totals[self.then(pk, "account_type_id", dates.end_of(end))][line] += amount
        return totals

    def cohorts(self, day: datetime.date) -> dict[str, dict[str, dict[int, Decimal]]]:
        """The signed movements of customers' accounts until *day*: by month of issue, line, and age in months."""
        totals = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: ZERO)))
        for pk, transfer, line, amount in self.movements(datetime.date(1971, 1, 1), day):
            issued, moved = (timezone.localdate(at.date_created) for at in (self.accounts[pk], transfer))
            age = (moved.year - issued.year) * 12 + moved.month - issued.month
            totals[f"{issued:%Y-%m}"][line][max(age, 0)] += amount
        return totals

    def movements(self, start: datetime.date, end: datetime.date) -> Iterator[tuple[int, Transfer, str, Decimal]]:
        """Account, transfer, line and signed amount of each movement of a customer's account in the period."""
        since, until = dates.start_of(start), dates.end_of(end)
        for transfer in self.before(until):
            if transfer.date_created < since:
                continue
            for pk, counter, amount in (
                (transfer.destination_id, transfer.source, transfer.amount),
                (transfer.source_id, transfer.destination, -transfer.amount),
            ):
                if self.then(pk, "account_type_id", until) in self.programmes:
                    yield pk, transfer, _line(transfer, counter, amount), amount


def _line(transfer: Transfer, counter: Account, amount: Decimal) -> str:
    is_reversal = transfer.kind == "reversal"
    kind = transfer.parent.kind if is_reversal else transfer.kind
    goes_in = (amount > 0) != is_reversal
    unpaid = (counter.chart_code or "").startswith("UNPAID")
    if kind == "load":
        return "issued_free" if unpaid else "sold"
    if kind == "refund":
        return "refunds" if goes_in else "withdrawn"
    if kind == "reversal":
        raise AssertionError("a reversal is never reversed")
    return {"redemption": "redeemed", "lapse": "lapsed", "withdrawal": "withdrawn", "top-up": "top_ups"}.get(
        kind, "adjustments"
    )

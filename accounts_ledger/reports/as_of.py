"""The accounts as they were at a moment: balances from the transactions, dates and types from the history."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from accounts_ledger.models import Account, Transaction


@dataclass(frozen=True)
class AsOf:
    """The ledger just before ``moment``."""

    moment: datetime.datetime

    def positions(self, currency: str) -> QuerySet[Any]:
        """Return the accounts, annotated with how they stood.

        Annotations:
            balance_then: the balance, of the last transaction before the moment; None without one.
            type_then: the id of the account type.
            end_then: the end of validity, None if open-ended.
        """
        return Account.objects.filter(currency=currency).annotate(
            balance_then=Subquery(self.last_transaction().values("balance")[:1]),
            type_then=self.type_of(),
            end_then=self._end(),
        )

    def last_transaction(self) -> QuerySet[Any]:
        """Return an account's transactions by then, newest first, for a subquery on accounts."""
        before = Transaction.objects.filter(account=OuterRef("pk"), date_created__lt=self.moment)
        return before.order_by("-date_created", "-sequence")

    def type_of(self, account: str = "") -> Any:
        """Return the expression for an account's type id; *account* is the path to it, such as ``source__``.

        Types seldom change, so those that did are looked up once and written into the expression.
        """
        if not self._moved:
            return F(f"{account}account_type_id")
        return Case(
            *(When(**{f"{account}pk__in": pks}, then=Value(type_id)) for type_id, pks in self._moved.items()),
            default=F(f"{account}account_type_id"),
            output_field=BigIntegerField(null=True),
        )

    @cached_property
    def _moved(self) -> dict[int | None, list[int]]:
        """The accounts whose type then was not today's, by the type that they had."""
        by_type: dict[int | None, list[int]] = defaultdict(list)
        if self._were_changed:
            changed = Account.objects.filter(Exists(self._history()), pk__in=self._was_changed_since.values("id"))
            then = Subquery(self._history().values("account_type_id")[:1])
            moved = changed.annotate(type_then=then).exclude(type_then=F("account_type_id"))
            for pk, type_id in moved.values_list("pk", "type_then"):
                by_type[type_id].append(pk)
        return dict(by_type)

    def _end(self) -> Any:
        if not self._were_changed:
            return F("end_date")
        changed = Q(pk__in=self._was_changed_since.values("id")) & Exists(self._history())
        return Case(
            When(changed, then=Subquery(self._history().values("end_date")[:1])),
            default=F("end_date"),
            output_field=DateTimeField(null=True),
        )

    @cached_property
    def _were_changed(self) -> bool:
        return bool(self._was_changed_since.exists())

    @property
    def _was_changed_since(self) -> Any:
        return Account.history.model.objects.filter(history_date__gte=self.moment, history_type="~").order_by()

    def _history(self) -> Any:
        history = Account.history.model.objects.filter(id=OuterRef("pk"), history_date__lt=self.moment)
        return history.order_by("-history_date", "-history_id")

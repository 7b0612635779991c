"""What is done to all cards of a batch at once, other than moving money: freeze, thaw, extend."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts_ledger import dates, facade
from accounts_ledger.imports import job
from accounts_ledger.models import Account, GiftCardBatch

_TOGETHER = 500


#: Called with a batch as it is under lock, before anything is done to its cards; may refuse by raising.
Check = Callable[[GiftCardBatch], None]


def freeze(batch: GiftCardBatch, user: Any = None, check: Check | None = None) -> int:
    """Freeze the open cards of *batch* and return how many."""
    return _change(batch, Q(status=Account.OPEN), facade.freeze_many, user, _("Frozen"), check)


def thaw(batch: GiftCardBatch, user: Any = None, check: Check | None = None) -> int:
    """Open the frozen cards of *batch* again and return how many."""
    return _change(batch, Q(status=Account.FROZEN), facade.thaw_many, user, _("Thawed"), check)


def extend(batch: GiftCardBatch, last_day: datetime.date, user: Any = None, check: Check | None = None) -> int:
    """Let the cards of *batch* that end earlier be valid through *last_day*, and return how many. Closed ones stay."""
    earlier = Q(end_date__lt=dates.end_of(last_day)) & ~Q(status=Account.CLOSED)

    def extend_many(cards: list[Account], user: Any, reason: str) -> facade.StateReport:
        return facade.extend_many(cards, last_day, user, reason)

    return _change(batch, earlier, extend_many, user, _("Extended to %s") % last_day.isoformat(), check)


def _change(
    batch: GiftCardBatch,
    which: Q,
    change: Callable[[list[Account], Any, str], facade.StateReport],
    user: Any,
    what: str,
    check: Check | None,
) -> int:
    """Change the cards in portions, each locked for as short as it takes.

    Which cards is settled under the lock of the batch, with *check*: no other card is changed.
    """
    with transaction.atomic():
        locked = job.lock(batch)
        if check:
            check(locked)
        pks = list(batch.accounts.filter(which).order_by("pk").values_list("pk", flat=True))
    changed = 0
    for start in range(0, len(pks), _TOGETHER):
        portion = list(Account.objects.filter(pk__in=pks[start : start + _TOGETHER]))
        changed += len(change(portion, user, f"{batch.reference}: {what}"[:100]).changed)
    batch.remark(what, user, cards=changed)
    return changed

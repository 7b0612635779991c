"""Loading a checked batch: all its accounts and their value, in one database transaction, or nothing."""

from __future__ import annotations

import datetime
import logging
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import codes, facade, history
from accounts_ledger.exceptions import CodeTaken
from accounts_ledger.imports import content
from accounts_ledger.imports.card import CardRow
from accounts_ledger.imports.codes_in_use import codes_in_use, taken_since_the_check
from accounts_ledger.imports.errors import RowsRefused
from accounts_ledger.imports.job import Job
from accounts_ledger.models import Account, AccountType, GiftCardBatch

logger = logging.getLogger("accounts_ledger")


def load(job: Job) -> None:
    """Create the accounts of the job's batch and load them from its source.

    The batch turns to loaded in the same transaction, and only if no other run has it: it cannot be loaded twice.

    Raises:
        RowsRefused: a code was taken, or an owner deleted, since the check; or the figures are not those of the check.
        AccountException: the source may not be debited, or as `facade.issuing`.
        Cancelled, RunLost: see `Job.progress`.
    """
    try:
        _load(job)
    except CodeTaken as collision:
        # Another load, which we could not see, was faster with the same code; now it can be seen.
        raise _collision(job.batch) or collision from collision


def _load(job: Job) -> None:
    batch = job.batch
    prefixes = _Prefixes()
    with (
        job.signs_from_elsewhere(),
        facade.issuing(
            batch.source,
            user=batch.confirmed_by,
            merchant_reference=batch.reference,
            allow_guessable_codes=batch.guessable_codes > 0,
        ) as issue,
    ):
        for chunk in content.rows(batch):
            issue.add(_accounts(batch, chunk, prefixes))
            job.progress(issue.count)
        _compare(batch, issue)
        history.record_created(
            Account.objects.filter(batch=batch), reason=_("Imported with %s") % batch.reference, user=batch.confirmed_by
        )
        job.finish(GiftCardBatch.State.LOADED, processed=issue.count, date_loaded=timezone.now())
        content.forget(batch)
    logger.info("Loaded batch %s: %d accounts", batch.reference, issue.count)


def _collision(batch: GiftCardBatch) -> RowsRefused | None:
    """Return which rows of *batch* have codes that are in use by now, None if it is none of them."""
    rows: list[tuple[int, str | None]] = []
    taken: dict[str, str] = {}
    for chunk in content.rows(batch):
        found = codes_in_use(row.code for row in chunk)
        taken |= found
        rows += [(row.number, row.code) for row in chunk if row.code in found]
    return RowsRefused(taken_since_the_check(rows, taken)) if rows else None


class _Prefixes(dict[int, str]):
    """What the codes of an account type begin with, by its id."""

    def __missing__(self, pk: int) -> str:
        self[pk] = AccountType.objects.get(pk=pk).code_prefix
        return self[pk]


def _compare(batch: GiftCardBatch, issue: facade.BulkIssue) -> None:
    if (issue.count, issue.total) != (batch.cards, Decimal(batch.totals["value"])):
        raise RowsRefused(_("The rows are not those that were checked. Check the file again."))


def _accounts(batch: GiftCardBatch, chunk: list[CardRow], prefixes: _Prefixes) -> list[facade.NewAccount]:
    taken = codes_in_use(row.code for row in chunk)
    if taken:
        raise RowsRefused(taken_since_the_check(((row.number, row.code) for row in chunk), taken))
    users = {row.owner for row in chunk if row.owner}
    known = set(get_user_model()._default_manager.filter(pk__in=users).values_list("pk", flat=True))
    if users - known:
        raise RowsRefused(_("A user whom the file names was deleted since the check. Check the file again."))
    return [_account(batch, row, prefixes) for row in chunk]


def _account(batch: GiftCardBatch, row: CardRow, prefixes: _Prefixes) -> facade.NewAccount:
    return facade.NewAccount(
        row.code or codes.make(prefixes[row.account_type]),
        Decimal(row.value),
        row.status,
        row.account_type,
        _moment(row.start),
        _moment(row.end),
        row.owner,
        row.email,
        row.description,
        row.product_range,
        batch.pk,
    )


def _moment(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None

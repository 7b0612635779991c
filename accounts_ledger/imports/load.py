"""Loading a checked batch: all its accounts and their value, in one database transaction, or nothing."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import codes, facade, history, posting
from accounts_ledger.imports import content
from accounts_ledger.imports.errors import RowsRefused
from accounts_ledger.imports.job import Job
from accounts_ledger.imports.resource import moment
from accounts_ledger.models import Account, GiftCardBatch, Transfer

logger = logging.getLogger("accounts_ledger")


def load(job: Job) -> None:
    """Create the accounts of the job's batch and load them from its source.

    The accounts come first and the loads last, because the source's lock is shared with every checkout.

    Raises:
        RowsRefused: a code was taken since the check.
        AccountException: the source may not be debited, or as `facade.transfer_many`.
        Cancelled, RunLost: see `Job.progress`.
    """
    batch = job.batch
    with transaction.atomic(using=posting.ledger_connection().alias):
        loads: list[tuple[Account, Decimal]] = []
        for chunk in content.rows(batch):
            accounts = _create(batch, chunk)
            history.record(accounts, reason=_("Imported with %s") % batch.reference, user=batch.confirmed_by)
            loads += zip(accounts, (Decimal(row[2]) for row in chunk), strict=True)
            job.progress(len(loads))
        _post(batch, loads)
        job.finish(GiftCardBatch.State.LOADED, processed=len(loads), date_loaded=timezone.now())
    logger.info("Loaded batch %s: %d accounts", batch.reference, len(loads))


def _create(batch: GiftCardBatch, chunk: list[Any]) -> list[Account]:
    taken = Account.objects.filter(code__in=[row[1] for row in chunk if row[1]])
    again = set(taken.values_list("code", flat=True))
    if again:
        numbers = ", ".join(str(row[0]) for row in chunk if row[1] in again)
        raise RowsRefused(_("Accounts with the codes of these rows were made since the check: %s.") % numbers[:500])
    users = {row[7] for row in chunk if row[7]}
    known = set(get_user_model()._default_manager.filter(pk__in=users).values_list("pk", flat=True))
    accounts = [_account(batch, row, known) for row in chunk]
    return Account.objects.bulk_create(accounts, batch_size=500)


def _account(batch: GiftCardBatch, row: list[Any], users: set[int]) -> Account:
    _number, code, _value, status, account_type, start, end, owner, email, description, product_range = row
    if owner and owner not in users:
        raise RowsRefused(_("A user whom the file names was deleted since the check. Check the file again."))
    return Account(
        batch=batch,
        code=code or codes.generate(),
        status=status,
        account_type_id=account_type,
        currency=batch.currency,
        start_date=moment(start),
        end_date=moment(end),
        primary_user_id=owner,
        holder_email=email,
        description=description,
        product_range_id=product_range,
    )


def _post(batch: GiftCardBatch, loads: list[tuple[Account, Decimal]]) -> None:
    frozen = [account.pk for account, _value in loads if account.is_frozen()]
    # Nothing can be loaded on a frozen account; nobody sees these before the commit.
    Account.objects.filter(pk__in=frozen).update(status=Account.OPEN)
    facade.transfer_many(
        [
            facade.TransferRequest(
                source=batch.source,
                destination=account,
                amount=value,
                kind=Transfer.Kind.LOAD,
                user=batch.confirmed_by,
                merchant_reference=batch.reference,
                check_authority=False,
            )
            for account, value in loads
        ]
    )
    Account.objects.filter(pk__in=frozen).update(status=Account.FROZEN)

"""Stopping a batch before it is loaded, and picking up one whose job died."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from accounts_ledger.imports import content, job, run
from accounts_ledger.imports.errors import BatchNotReady
from accounts_ledger.models import GiftCardBatch

State = GiftCardBatch.State


def cancel(batch: GiftCardBatch, user: Any = None, check: Callable[[GiftCardBatch], None] | None = None) -> None:
    """Cancel *batch*: at once if no job is at work on it, else by asking the job, which looks until it commits.

    Args:
        check: called with the batch as it is under lock, before anything is done; may refuse by raising.

    Raises:
        BatchNotReady: it is loaded, or on the way to be within this moment.
    """
    try:
        with transaction.atomic():
            locked = job.lock(batch)
            if check:
                check(locked)
            _cancel(locked, user)
    except OperationalError as error:  # SQLite: the load is writing, and nobody else can
        raise BatchNotReady(_("The batch is being written at this moment; it is too late to cancel.")) from error
    finally:
        batch.refresh_from_db()


def _cancel(batch: GiftCardBatch, user: Any) -> None:
    batches = GiftCardBatch.objects.filter(pk=batch.pk)
    idle = batches.filter(state__in=(State.UPLOADED, State.CHECKED, State.FAILED))
    waiting = batches.filter(state__in=State.values, run="").filter(state__in=GiftCardBatch.BUSY)
    done = idle.update(state=State.CANCELLED) or waiting.update(state=State.CANCELLED)
    asked = done or batches.filter(state__in=GiftCardBatch.BUSY).update(cancel_requested=True)
    if not asked:
        raise BatchNotReady(_("The batch is %s; it is too late to cancel.") % batch.get_state_display().lower())
    if done:
        content.forget(batch)
    batch.remark(_("Cancelled") if done else _("Cancellation asked for"), user)


def restart(batch: GiftCardBatch, user: Any = None) -> None:
    """Start the check or the load of *batch* again, whose job gives no signs of life any more. It wrote nothing.

    Raises:
        BatchNotReady: its job is alive, or it is not being worked on at all.
    """
    if not batch.is_stale:
        raise BatchNotReady(_("The job of this batch is alive, or there is none."))
    if batch.state == State.CHECKING:
        run.start_check(batch)
        batch.remark(_("Started again"), user)
    else:
        run.restart_load(batch, user)

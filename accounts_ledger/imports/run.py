"""Starting checks and loads: within the web request for small files, by the worker for large ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from accounts_ledger.exceptions import AccountException
from accounts_ledger.imports import job, limits
from accounts_ledger.imports.check import check
from accounts_ledger.imports.errors import BatchNotReady, Cancelled, RowsRefused, RunLost
from accounts_ledger.imports.load import load
from accounts_ledger.models import GiftCardBatch

logger = logging.getLogger("accounts_ledger")
State = GiftCardBatch.State


def start_check(batch: GiftCardBatch, *, options: dict[str, Any] | None = None, inline: bool | None = None) -> None:
    """Have every row of *batch* checked, with other *options* if given: now if it is small (or *inline*), else by the
    worker.

    Raises:
        BatchNotReady: it is being worked on, was loaded or cancelled.
    """
    from accounts_ledger.imports.tasks import check_batch

    changes = {} if options is None else {"options": options}
    job.request(batch, State.CHECKING, allowed=(State.UPLOADED, State.CHECKED, State.FAILED), **changes)
    if inline if inline is not None else batch.file_size <= limits.INLINE_BYTES:
        check_now(batch.pk)
    else:
        check_batch.enqueue(batch.pk)
    batch.refresh_from_db()


def start_load(batch: GiftCardBatch, user: Any, *, inline: bool | None = None) -> None:
    """Have the checked *batch* loaded, all or nothing, on behalf of *user*.

    Raises:
        BatchNotReady: it was not checked, has errors, or was started before by somebody else.
    """
    from accounts_ledger.imports.tasks import load_batch

    if batch.state == State.CHECKED and not batch.is_loadable:
        raise BatchNotReady(_("A batch with errors, or without any card, cannot be loaded."))
    job.request(
        batch,
        State.LOADING,
        allowed=(State.CHECKED,),
        confirmed_by=user,
        confirmed_username=user.get_username() if user else "",
    )
    batch.remark(_("Confirmed"), user)
    if inline if inline is not None else batch.cards <= limits.INLINE_ROWS:
        load_now(batch.pk)
    else:
        load_batch.enqueue(batch.pk)
    batch.refresh_from_db()


def check_now(batch: int) -> None:
    """Take up a requested check. What goes wrong is noted on the batch."""
    _run(batch, State.CHECKING, check, failed=State.FAILED, done=_("Checked"))


def load_now(batch: int) -> None:
    """Take up a requested load. What goes wrong is noted on the batch; nothing is loaded then."""
    _run(batch, State.LOADING, load, failed=State.FAILED, done=_("Loaded"))


def _run(pk: int, state: str, act: Callable[[job.Job], None], *, failed: str, done: str) -> None:
    batch = GiftCardBatch.objects.get(pk=pk)
    try:
        running = job.Job(batch, state)
    except BatchNotReady as error:
        logger.warning("Batch %s: %s", batch.reference, error)
        return
    try:
        act(running)
    except Cancelled as error:
        running.fail(State.CANCELLED, str(error))
        batch.remark(_("Cancelled"))
    except RunLost as error:
        logger.warning("Batch %s: %s", batch.reference, error)
    except RowsRefused as error:
        running.fail(State.FAILED, str(error))
        batch.remark(_("Failed"), reason=str(error))
    except AccountException as error:
        running.fail(failed, str(error))
        batch.remark(_("Failed"), reason=str(error))
    except Exception:
        logger.exception("Batch %s failed", batch.reference)
        running.fail(failed, _("Something unexpected went wrong; nothing was loaded. It was noted in the log."))
    else:
        batch.remark(done, batch.confirmed_by if state == State.LOADING else batch.user)

"""Starting checks and loads: within the web request for small files, by the worker for large ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_ledger.exceptions import AccountException, GuessableCode
from accounts_ledger.imports import content, job, limits, masking, second_person
from accounts_ledger.imports.check import check
from accounts_ledger.imports.errors import BatchNotReady, Cancelled, RowsRefused, RunLost
from accounts_ledger.imports.load import load
from accounts_ledger.models import GiftCardBatch

logger = logging.getLogger("accounts_ledger")
State = GiftCardBatch.State


def start_check(
    batch: GiftCardBatch, *, options: dict[str, Any] | None = None, inline: bool | None = None, user: Any = None
) -> None:
    """Have every row of *batch* checked, with other *options* if given: now if it is small (or *inline*), else by the
    worker.

    Args:
        user: who asks. Only the uploader may give other options; None is the system.

    Raises:
        SecondPersonNeeded: *user* did not upload the batch, and wants it read differently.
        BatchNotReady: it is being worked on, was loaded or cancelled.
    """
    from accounts_ledger.imports.tasks import check_batch

    if options is not None:
        second_person.check_may_read(batch, user)
    changes = {} if options is None else {"options": masking.with_code_columns(options, batch.options)}
    now = inline if inline is not None else batch.file_size <= limits.INLINE_BYTES
    with transaction.atomic():
        job.request(batch, State.CHECKING, allowed=(State.UPLOADED, State.CHECKED, State.FAILED), **changes)
        if not now:
            check_batch.enqueue(batch.pk)
    if now:
        check_now(batch.pk)
    batch.refresh_from_db()


def start_load(
    batch: GiftCardBatch,
    user: Any,
    *,
    inline: bool | None = None,
    check: Callable[[GiftCardBatch], None] | None = None,
    remark: str | None = None,
    guessable_codes: bool = False,
) -> None:
    """Have the checked *batch* loaded, all or nothing, on behalf of *user*, who must not be its uploader.

    Args:
        user: who confirms; None is the system, for commands, which somebody runs who could change the database.
        check: called with the batch as it is under lock, right before it is confirmed; may refuse by raising.
        remark: what the batch's history says of it (default: that it was confirmed).
        guessable_codes: whether *user* has decided that its codes which can be guessed are loaded too.

    Raises:
        SecondPersonNeeded: *user* uploaded it.
        GuessableCode: it has codes that can be guessed, and nobody decided that they are loaded.
        BatchNotReady: it was not checked, has errors, or was started before by somebody else.
    """
    from accounts_ledger.imports.tasks import load_batch

    now = inline if inline is not None else batch.cards <= limits.INLINE_ROWS
    with transaction.atomic():
        locked = job.lock(batch)
        _check_loadable(locked)
        second_person.check_may_load(locked, user)
        if check:
            check(locked)
        _check_guessable_codes(locked, user, decided=guessable_codes)
        confirmed_by = {"confirmed_by": user, "confirmed_username": user.get_username() if user else ""}
        job.request(batch, State.LOADING, allowed=(State.CHECKED,), **confirmed_by)
        batch.remark(remark or _("Confirmed"), user)
        if not now:
            load_batch.enqueue(batch.pk)
    if now:
        load_now(batch.pk)
    batch.refresh_from_db()


def restart_load(batch: GiftCardBatch, user: Any, *, inline: bool | None = None) -> None:
    """Have the load of *batch* taken up again whose job died. It stays with whoever confirmed it; *user* is noted only.

    Raises:
        BatchNotReady: its job is alive, or there is none.
    """
    from accounts_ledger.imports.tasks import load_batch

    now = inline if inline is not None else batch.cards <= limits.INLINE_ROWS
    with transaction.atomic():
        job.request(batch, State.LOADING, allowed=())
        batch.remark(_("Started again"), user)
        if not now:
            load_batch.enqueue(batch.pk)
    if now:
        load_now(batch.pk)
    batch.refresh_from_db()


def _check_guessable_codes(batch: GiftCardBatch, user: Any, *, decided: bool) -> None:
    if not batch.guessable_codes:
        return
    if not decided:
        raise GuessableCode(
            ngettext(
                "%d code of this batch is so short or so regular that it can be guessed. Say that it is to be loaded"
                " all the same, or make new codes.",
                "%d codes of this batch are so short or so regular that they can be guessed. Say that they are to be"
                " loaded all the same, or make new codes.",
                batch.guessable_codes,
            )
            % batch.guessable_codes
        )
    batch.remark(_("Loading codes that can be guessed was decided"), user, cards=batch.guessable_codes)


def _check_loadable(batch: GiftCardBatch) -> None:
    if batch.state == State.CHECKED and not batch.is_loadable:
        raise BatchNotReady(_("A batch with errors, or without any card, cannot be loaded."))
    if batch.state != State.CHECKED:
        raise BatchNotReady(
            _("The batch is %s already; nothing was started.") % batch.get_state_display().lower(), batch=batch.pk
        )


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
        content.forget(batch)
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

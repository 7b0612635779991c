"""Job: the right to work on a batch, its progress, and the wish of people that it stop."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, router
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from accounts_ledger import locks
from accounts_ledger.imports.errors import BatchNotReady, Cancelled, RunLost
from accounts_ledger.models import GiftCardBatch

_SECONDS_BETWEEN_SIGNS = 0.5
_NOWHERE = object()


def lock(batch: GiftCardBatch) -> GiftCardBatch:
    """Return *batch* as it is, locked until the transaction ends."""
    return locks.batch(batch.pk)


def request(batch: GiftCardBatch, state: str, *, allowed: Sequence[str], **fields: Any) -> None:
    """Set *batch* to the busy *state*, for a job to take up. Of many that ask at once, one succeeds.

    Raises:
        BatchNotReady: it is in none of the *allowed* states, and no dead job left it in *state* either.
    """
    batch.refresh_from_db()
    mine = GiftCardBatch.objects.filter(pk=batch.pk, state=batch.state, run=batch.run, heartbeat=batch.heartbeat)
    takeable = batch.state in allowed or (batch.state == state and batch.is_stale)
    changes = {
        "state": state, "run": "", "processed": 0, "cancel_requested": False, "message": "",
        "heartbeat": None, "date_started": timezone.now(), **fields,
    }  # fmt: skip
    if not takeable or not mine.update(**changes):
        batch.refresh_from_db()
        raise BatchNotReady(
            _("The batch is %s already; nothing was started.") % batch.get_state_display().lower(), batch=batch.pk
        )
    batch.refresh_from_db()


class Job:
    """One run of a check or a load. Only the run that the batch names may write to it."""

    def __init__(self, batch: GiftCardBatch, state: str) -> None:
        """Take up what was requested.

        Raises:
            BatchNotReady: another run has taken it up, or it was cancelled meanwhile.
        """
        self.batch, self.state, self.run = batch, state, get_random_string(32)
        now = timezone.now()
        waiting = GiftCardBatch.objects.filter(pk=batch.pk, state=state, run="")
        if not waiting.update(run=self.run, heartbeat=now, date_started=now):
            raise BatchNotReady(_("The batch is not waiting for this job (any more)."), batch=batch.pk)
        batch.refresh_from_db()
        self._last_sign = time.monotonic()
        self._elsewhere: Any = None

    @property
    def mine(self) -> Any:
        """The batch as a queryset, empty once it belongs to another run or was cancelled."""
        return GiftCardBatch.objects.filter(pk=self.batch.pk, state=self.state, run=self.run)

    def progress(self, processed: int) -> None:
        """Note that *processed* rows are done: a sign of life, at most twice a second.

        Raises:
            Cancelled: somebody asked for the job to stop.
            RunLost: the batch belongs to another run.
        """
        if time.monotonic() - self._last_sign < _SECONDS_BETWEEN_SIGNS:
            return
        self._last_sign = time.monotonic()
        self.sign(processed)

    @contextmanager
    def signs_from_elsewhere(self) -> Iterator[None]:
        """Give signs of life through a connection of its own: within the block, ours is in one long transaction.

        Not on SQLite, where nobody else can write while a transaction does: there are no signs then.
        """
        own = connections[router.db_for_write(GiftCardBatch)]
        if own.vendor != "postgresql" or own.in_atomic_block:
            self._elsewhere = _NOWHERE
            yield
            return
        elsewhere = own.copy()
        self._elsewhere = elsewhere
        try:
            yield
        finally:
            self._elsewhere = None
            elsewhere.close()

    def sign(self, processed: int) -> None:
        """Write a sign of life now; see `progress`."""
        if self._elsewhere is _NOWHERE:
            return
        if self._elsewhere is not None:
            self._sign_elsewhere(processed)
            return
        if not self.mine.filter(cancel_requested=False).update(processed=processed, heartbeat=timezone.now()):
            self.stop()

    def _sign_elsewhere(self, processed: int) -> None:
        with self._elsewhere.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_ledger_giftcardbatch SET processed = %s, heartbeat = %s"
                " WHERE id = %s AND state = %s AND run = %s AND NOT cancel_requested",
                [processed, timezone.now(), self.batch.pk, self.state, self.run],
            )
            if not cursor.rowcount:
                self.stop()

    def stop(self) -> None:
        """Raise what explains that the batch is not ours any more."""
        self.batch.refresh_from_db()
        if self.batch.run == self.run and self.batch.cancel_requested:
            raise Cancelled(_("Cancelled; nothing was loaded."))
        raise RunLost(_("Another job has taken over the batch; this one wrote nothing."))

    def finish(self, state: str, **fields: Any) -> None:
        """Set the batch to *state* for good, unless it was cancelled or taken over.

        Raises:
            Cancelled, RunLost: as `progress`.
        """
        done = {"state": state, "run": "", "heartbeat": timezone.now(), **fields}
        if not self.mine.filter(cancel_requested=False).update(**done):
            self.stop()
        self.batch.refresh_from_db()

    def fail(self, state: str, message: str) -> None:
        """Leave the batch in *state* with *message*, if it is still ours."""
        self.mine.update(state=state, run="", message=message, heartbeat=timezone.now(), cancel_requested=False)
        self.batch.refresh_from_db()

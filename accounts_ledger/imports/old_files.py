"""Files that were uploaded and then left: after some weeks they are forgotten, for they are full of codes."""

from __future__ import annotations

import datetime

from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_ledger import conf
from accounts_ledger.imports import content, stop
from accounts_ledger.imports.errors import BatchNotReady
from accounts_ledger.models import BatchContent, GiftCardBatch

State = GiftCardBatch.State
#: States after which nobody needs the file any more.
_OVER = (State.LOADED, State.REVERSED, State.CANCELLED)


def cancel_old(now: datetime.datetime | None = None) -> int:
    """Cancel the batches whose file has lain for too long, forget their files, and return how many. Safe to repeat.

    Too long is ACCOUNTS_UPLOADS_KEPT_DAYS since anything was last done about it; None: never.
    """
    days = conf.get("ACCOUNTS_UPLOADS_KEPT_DAYS")
    if days is None:
        return 0
    newest = Greatest(
        "date_created", Coalesce("date_checked", "date_created"), Coalesce("date_started", "date_created")
    )
    limit = (now or timezone.now()) - datetime.timedelta(days=days)
    with_files = GiftCardBatch.objects.filter(pk__in=BatchContent.objects.values("batch"))
    done = 0
    for batch in with_files.annotate(newest=newest).filter(newest__lt=limit).order_by("pk"):
        if batch.state in _OVER:
            content.forget(batch)
            continue
        try:
            stop.cancel(batch, check=_end_dead_job)
        except BatchNotReady:
            continue  # somebody has just come back to it
        days_in_words = ngettext("for %d day", "for %d days", days) % days
        batch.remark(_("Its file was forgotten: nobody had loaded or cancelled it %s") % days_in_words)
        done += 1
    return done


def _end_dead_job(batch: GiftCardBatch) -> None:
    """Let a job end that was killed long ago, and would never see that it is to stop. It has written nothing."""
    if batch.is_stale:
        GiftCardBatch.objects.filter(pk=batch.pk).update(state=State.FAILED, run="")
        batch.state, batch.run = State.FAILED, ""
    elif batch.is_busy:
        raise BatchNotReady(_("A job is at work on it."))

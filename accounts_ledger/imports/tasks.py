"""The jobs of the task queue. Each finds its work in the batch's row, so that running it twice does nothing twice."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django_tasks import task

from accounts_ledger.exceptions import ChangedMeanwhile
from accounts_ledger.imports import notify, reverse, run
from accounts_ledger.models import GiftCardBatch


@task()
def check_batch(batch: int) -> None:
    """Check the batch with this id."""
    run.check_now(batch)
    notify.job_done(GiftCardBatch.objects.get(pk=batch))


@task()
def load_batch(batch: int) -> None:
    """Load the batch with this id."""
    run.load_now(batch)
    notify.job_done(GiftCardBatch.objects.get(pk=batch))


@task()
def reverse_batch(batch: int, user: int, loads: str | None = None) -> None:
    """Reverse the batch with this id in the name of the user with that id. What was done before is not done again.

    Args:
        loads: `reverse.fingerprint` of what was confirmed (default: whatever there is). If that has changed meanwhile,
            nothing is done, and the history of the batch says so.
    """
    found = GiftCardBatch.objects.get(pk=batch)
    staff = get_user_model()._default_manager.filter(pk=user).first()

    def check(locked: GiftCardBatch) -> None:
        if loads is not None and loads != reverse.fingerprint(reverse.plan(locked)):
            raise ChangedMeanwhile(_("The cards have changed since it was confirmed"))

    try:
        reverse.reverse(found, staff, check)
    except ChangedMeanwhile as change:
        found.remark(_("Not reversed"), staff, reason=str(change))

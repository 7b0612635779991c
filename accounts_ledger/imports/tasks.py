"""The jobs of the task queue. Each finds its work in the batch's row, so that running it twice does nothing twice."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django_tasks import task

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
def reverse_batch(batch: int, user: int) -> None:
    """Reverse the batch with this id in the name of the user with that id. What was done before is not done again."""
    reverse.reverse(GiftCardBatch.objects.get(pk=batch), get_user_model()._default_manager.filter(pk=user).first())

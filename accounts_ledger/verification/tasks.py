"""Verification as a job of the task queue, for ledgers that are too large to wait for."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django_tasks import task

from accounts_ledger.verification.run import record, verify_ledger


@task()
def verify(user: int | None = None) -> int:
    """Verify the whole ledger, keep the record in the name of the user with this id, and return its id."""
    asked_by = get_user_model()._default_manager.filter(pk=user).first() if user else None
    return record(verify_ledger(), asked_by).pk

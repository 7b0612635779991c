"""The command `verify_ledger`: what it prints, keeps and exits with."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts_ledger.models import Transfer, Verification
from tests.accounts_ledger.test_verification import guards_lifted, set_column, sql, story

__all__ = ["story"]  # a fixture

pytestmark = pytest.mark.django_db


def test_the_command_succeeds_on_right_books_and_keeps_a_record(story, books):
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    kept = Verification.objects.latest()
    assert "The books are right" in out.getvalue()
    assert (kept.findings, kept.transfers, kept.is_clean) == (0, Transfer.objects.count(), True)


def test_the_command_exits_with_1_and_tells_each_finding(story, books):
    out = StringIO()
    with transaction.atomic():
        with guards_lifted():
            sql(set_column(story.card, "held = held + 1"))
        with pytest.raises(CommandError) as failure:
            call_command("verify_ledger", stdout=out)
        kept = Verification.objects.latest()
        transaction.set_rollback(True)

    assert failure.value.returncode == 1
    assert f"account_held: account {story.card.pk}" in out.getvalue()
    assert kept.first_findings[0]["ids"] == {"account": story.card.pk}
    assert json.dumps(kept.first_findings)


def test_the_record_can_be_left_out(story, books):
    call_command("verify_ledger", "--no-record", stdout=StringIO())

    assert not Verification.objects.exists()

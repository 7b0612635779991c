"""A batch from a few lines of text, checked and loaded within the test."""

from __future__ import annotations

import pytest

from accounts_ledger import chart
from accounts_ledger.imports import run
from accounts_ledger.imports.options import Options
from accounts_ledger.imports.upload import upload


@pytest.fixture
def gift_cards(db):
    return chart.deferred_income_types()[0]


@pytest.fixture
def uploaded(bank, gift_cards):
    """Return a batch uploaded from bytes or text."""

    def make(file, *, name="cards.csv", source=None, user=None, **options):
        contents = file if isinstance(file, bytes) else file.encode()
        return upload(
            [contents],
            file_name=name,
            source=source or bank,
            account_type=gift_cards,
            options=Options(**options),
            user=user,
        )

    return make


@pytest.fixture
def checked(uploaded):
    """Return a batch that was checked; `reading` overrides what was detected, and answers what was asked."""

    def make(file, *, reading=None, **kwargs):
        batch = uploaded(file, **kwargs)
        given = reading or {}
        sniffed = batch.options["reading"]
        open_still = [question for question in sniffed["asked"] if question.partition(":")[0] not in given]
        options = {**batch.options, "reading": {**sniffed, "asked": open_still, **given}}
        run.start_check(batch, options=options, inline=True)
        return batch

    return make


@pytest.fixture
def loaded(checked):
    """Return a batch that was loaded, by somebody else than its uploader."""

    def make(file, *, confirmed_by=None, **kwargs):
        batch = checked(file, **kwargs)
        assert not batch.problems_found, problems(batch)
        run.start_load(batch, confirmed_by, inline=True)
        assert batch.state == batch.State.LOADED, batch.message
        return batch

    return make


def problems(batch):
    """The errors of a batch, as (row, column, message)."""
    return [(problem.row, problem.column, problem.message) for problem in batch.problems.all()]

"""A small demo that leaves no trace outside the test's database: one for each test, or one for those that read it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from backoffice.demo import history

CARDS = 12


@pytest.fixture
def create_demo(db, settings, tmp_path, monkeypatch, capsys) -> Callable[..., str]:
    """Runs ``create_demo`` and returns what it printed."""
    settings.MEDIA_ROOT = tmp_path
    settings.DEBUG = True
    monkeypatch.setattr(history, "CARDS", CARDS)

    def run(*arguments: str) -> str:
        call_command("create_demo", "--no-index", *arguments)
        return capsys.readouterr().out

    return run


@pytest.fixture(scope="module")
def demo_made(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """A demo that the tests of a module share. Each undoes what it does; the whole is undone after the last."""
    media, printed = tmp_path_factory.mktemp("media"), io.StringIO()
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media, DEBUG=True), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
            patch.setattr(history, "CARDS", CARDS)
            call_command("create_demo", "--no-index")
        with django_db_blocker.block():
            yield printed.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def demo(demo_made, db, settings) -> str:
    """The shared demo, for a test that only reads it; what ``create_demo`` printed."""
    settings.DEBUG = True
    return demo_made

"""A demo that leaves no trace outside the test's database, and is small."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command

from backoffice.demo import history


@pytest.fixture
def create_demo(db, settings, tmp_path, monkeypatch, capsys) -> Callable[..., str]:
    """Runs ``create_demo`` and returns what it printed."""
    settings.MEDIA_ROOT = tmp_path
    settings.DEBUG = True
    monkeypatch.setattr(history, "CARDS", 12)

    def run(*arguments: str) -> str:
        call_command("create_demo", "--no-index", *arguments)
        return capsys.readouterr().out

    return run

"""What an operator sees: the lines of the log."""

from __future__ import annotations

import io
import json
import logging

import pytest

from backoffice.operations import logs


class Written:
    """The log of a production server, as it is written during a test."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def written():
    log = Written()
    handler = logging.StreamHandler(log.stream)
    handler.setFormatter(logs.JsonLine())
    handler.addFilter(logs.RequestIdFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield log
    root.removeHandler(handler)

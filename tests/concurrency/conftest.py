"""Everything here runs real processes or threads against a real PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/concurrency/" in str(item.path):
            item.add_marker(pytest.mark.concurrency)


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("many writers at once are PostgreSQL's business: TEST_ENGINE=postgresql")

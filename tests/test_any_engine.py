"""What runs once is there, and is not what runs on SQLite only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.any_engine import ONCE

ROOT = Path(__file__).parent.parent
NAMES = [name for names in ONCE.values() for name in names]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_named_exists(name):
    path, _, test = name.partition("::")
    file = ROOT / path

    assert file.exists()
    if test:
        tree = ast.walk(ast.parse(file.read_text()))
        tests = [node.name for node in tree if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
        named = test.rpartition("::")[2].partition("[")[0]
        assert any(one.startswith(named) for one in tests)


def test_nothing_is_named_twice():
    assert len(NAMES) == len(set(NAMES))

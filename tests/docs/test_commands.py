"""Every command in the documentation works: in a block it is run, in a sentence its name exists.

Commands are given in blocks of the language ``sh``. Management commands run on the test's database; of make targets
make is asked what it would do, because other tests run them (`tests/backoffice/test_make.py`) or they run the tests.
Whatever cannot be run here has a mark before its block, which says why: ``<!-- not run: it never ends -->``. Blocks of
the language ``console`` belong to pages that a test of their own follows from start to end.
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
import subprocess

import pytest
from django.core.management import call_command, get_commands

from tests.docs.pages import PAGES, ROOT, blocks, blocks_of, name, spans

FOLLOWED_TO_THE_LETTER = {"docs/add-to-your-oscar-project.md"}

_SETTING = re.compile(r"[A-Z_]+=.*")
_BLOCKS = [block for page in PAGES for block in blocks(page)]
_COMMANDS = [
    (block.page, command)
    for block in _BLOCKS
    if block.language == "sh" and block.reason is None
    for command in block.commands()
]


@pytest.mark.parametrize(("page", "command"), _COMMANDS, ids=[f"{page}: {command}" for page, command in _COMMANDS])
def test_the_command_works(page, command, db, books, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    words = shlex.split(command, comments=True)
    while _SETTING.fullmatch(words[0]):
        monkeypatch.setenv(*words.pop(0).split("=", 1))

    match words:
        case ["make", *targets]:
            asked = subprocess.run(["make", "-n", *targets], capture_output=True, text=True, timeout=60, env=os.environ)
            assert asked.returncode == 0, asked.stderr
        case [".venv/bin/python", "manage.py", *arguments]:
            call_command(*arguments)
        case _:
            pytest.fail(f"{page}: no test knows how to run `{command}`. Say why before its block: <!-- not run: … -->")


def test_no_command_is_left_out_without_a_reason():
    unexplained = [block for block in _BLOCKS if block.language == "sh" and block.reason == ""]

    assert unexplained == []


def test_only_pages_that_are_followed_to_the_letter_have_console_blocks():
    assert {block.page for block in _BLOCKS if block.language == "console"} <= FOLLOWED_TO_THE_LETTER


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_a_sentence_names_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pairs = [pair for span in spans(page) for pair in itertools.pairwise(span.split())]
    called = {word for before, word in pairs if before == "make"}
    managed = {word for before, word in pairs if before.endswith("manage.py")}

    assert called - targets == set()
    assert managed - get_commands().keys() - {"…"} == set()


def test_a_mark_holds_for_the_block_after_it_only():
    text = """
```sh
# Comments are no commands.
make test \\
  JOBS=4
```

<!-- not run: it serves until it is stopped -->
```sh
make serve
```
"""

    assert [(block.commands(), block.reason) for block in blocks_of(text, "a page")] == [
        (["make test    JOBS=4"], None),
        (["make serve"], "it serves until it is stopped"),
    ]

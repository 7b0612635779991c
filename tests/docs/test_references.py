"""What pages point at is there: files of the repository, pictures, decisions."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, name, spans

_LINK = re.compile(r"\]\(([^)#\s]+)")
_SCREENSHOTS = DOCS / "screenshots"
_FOLDERS = ("accounts_ledger", "backoffice", "benchmarks", "docs", "oscar_integration", "templates", "tests")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_to_a_file_finds_it(page):
    targets = [target for target in _LINK.findall(page.read_text()) if "://" not in target]

    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_that_a_sentence_names_exists(page):
    named = [span.rstrip("/") for span in spans(page) if re.fullmatch(rf"(?:{'|'.join(_FOLDERS)})/[\w./-]+", span)]

    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_decision_is_listed():
    listed = _LINK.findall((DOCS / "decisions" / "README.md").read_text())

    assert sorted(listed) == sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))


def test_every_screenshot_is_small_shown_and_taken_by_a_browser_test():
    shown = {link.rpartition("/")[2] for page in PAGES for link in _LINK.findall(page.read_text())}
    taken = "\n".join(path.read_text() for path in (ROOT / "tests" / "browser").glob("test_*.py"))

    for picture in _SCREENSHOTS.iterdir():
        assert picture.name in shown
        assert f'"{picture.stem}"' in taken
        assert picture.stat().st_size < 150_000, picture.name

"""`make docs`: the documentation as a site, without a warning, and without anything from other hosts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.database import ENGINE
from tests.docs.pages import ROOT

pytestmark = pytest.mark.skipif(ENGINE != "sqlite", reason="The site asks no database; TEST_ENGINE=sqlite builds it")

_ELSEWHERE = re.compile(r"\s*(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built strictly: a broken link, a page without an entry or a wrong docstring ends the build."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (built.returncode, built.stderr) == (0, "")
    return folder


class Loaded(HTMLParser):
    """Collects what a browser fetches by itself when it opens a page; where a reader may click is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "srcset", "poster", "data") if given.get(name)]
        if tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.addresses.append(given.get("href") or "")


def test_no_page_loads_anything_from_other_hosts(site):
    for page in site.rglob("*.html"):
        loaded = Loaded()
        loaded.feed(page.read_text())
        assert loaded.addresses
        assert [address for address in loaded.addresses if _ELSEWHERE.match(address)] == [], page


def test_no_style_sheet_loads_anything_from_other_hosts(site):
    sheets = "\n".join(sheet.read_text() for sheet in site.rglob("*.css"))
    addresses = re.findall(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""", sheets)

    assert addresses
    assert [address for address in addresses if _ELSEWHERE.match(address)] == []


def test_the_reference_has_every_function_of_the_facade(site):
    from accounts_ledger import facade

    reference = (site / "reference" / "index.html").read_text()

    assert [name for name in facade.__all__ if f'id="accounts_ledger.facade.{name}"' not in reference] == []

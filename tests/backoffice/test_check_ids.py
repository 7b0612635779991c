"""The numbers of system checks: operators silence them by number, so each means one thing."""

from __future__ import annotations

import re
from collections import Counter

from tests.docs.pages import ROOT

PACKAGES = ("accounts_ledger", "oscar_integration", "backoffice")


def test_no_two_checks_have_one_number():
    sources = [path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    given = re.compile(rf'id="((?:{"|".join(PACKAGES)})\.[EWI]\d+)"')
    numbers = Counter(given.findall("\n".join(sources)))

    assert numbers
    assert [number for number, times in numbers.items() if times > 1] == []

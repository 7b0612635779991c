"""axe-core finds nothing serious on our pages, light or dark, on a desktop or a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from accounts_ledger import chart
from accounts_ledger.models import Account, Transfer
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
#: Django's search box for people comes from select2, whose names for screen readers are select2's affair.
OURS = {"exclude": [[".select2-container"]]}


def findings(page: Page, within: str = "html") -> list[str]:
    """Return what axe-core finds grave on *page*, or in a part of it, one line for each element."""
    result = Axe().run(page, context=OURS | {"include": [[within]]}).response
    return [
        f"{page.url} {violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in result["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def admin_pages() -> list[str]:
    card = Account.objects.filter(code__isnull=False, status=Account.OPEN, balance__gt=10).first()
    transfer = Transfer.objects.filter(kind=Transfer.Kind.REDEMPTION).first()
    ledger = "/admin/accounts_ledger"
    return [
        "/admin/",
        f"{ledger}/account/",
        f"{ledger}/account/{card.pk}/change/",
        f"{ledger}/account/{chart.bank().pk}/change/",
        f"{ledger}/transfer/",
        f"{ledger}/transfer/{transfer.pk}/change/",
        f"{ledger}/accounttype/",
        f"{ledger}/giftcardbatch/",
        f"{ledger}/giftcardbatch/upload",
        f"{ledger}/hold/",
        f"{ledger}/verification/",
        f"{ledger}/journalexport/new",
        "/admin/reports/",
        *(f"/admin/reports/{slug}/" for slug in ("deferred-income", "roll-forward", "movements")),
    ]


def test_the_back_office_has_no_grave_finding(staff):
    found = []
    for viewport, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        page = staff("manager", viewport=viewport, color_scheme=scheme)
        for path in admin_pages():
            response = page.goto(path)
            assert response.ok, path
            found += [f"{scheme} {finding}" for finding in findings(page)]

    assert not found, "\n".join(found)

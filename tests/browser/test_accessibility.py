"""axe-core finds nothing serious on our pages, light or dark, on a desktop or a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from accounts_ledger import chart
from accounts_ledger.imports import run
from accounts_ledger.imports.upload import upload
from accounts_ledger.models import Account, GiftCardBatch, Transfer
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
#: Django's search box for people comes from select2, whose names for screen readers are select2's affair.
OURS = {"exclude": [[".select2-container"]]}
#: Code and amount of a batch with an error, one to be loaded, one that was loaded.
BATCHES = [("SPRING-002", "-1"), ("SPRING-003", "20"), ("SPRING-004", "30")]


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


def batch_pages() -> list[str]:
    """The pages of bulk loads: read, checked with errors and without, confirmed, loaded and acted upon."""
    unread = draft("code,amount\nAXE-SPRING-001,10\n")
    wrong, good, loaded = (draft(f"code,amount\nAXE-{name},{amount}\n") for name, amount in BATCHES)
    for batch in (wrong, good, loaded):
        run.start_check(batch, inline=True)
    run.start_load(loaded, None, inline=True)
    assert loaded.state == GiftCardBatch.State.LOADED, loaded.message
    batches = "/admin/accounts_ledger/giftcardbatch"
    return [
        f"{batches}/issue",
        f"{batches}/{unread.pk}/reading/",
        *(f"{batches}/{batch.pk}/change/" for batch in (unread, wrong, good, loaded)),
        f"{batches}/{good.pk}/confirm/",
        *(f"{batches}/{loaded.pk}/{page}/" for page in ("codes", "freeze", "extend", "reverse")),
    ]


def draft(contents: str) -> GiftCardBatch:
    return upload(
        [contents.encode()],
        file_name="axe.csv",
        source=chart.bank(),
        account_type=chart.deferred_income_types()[0],
    )


def test_the_pages_of_bulk_loads_have_no_grave_finding(staff, picture):
    paths, found = batch_pages(), []
    for viewport, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        page = staff("manager", viewport=viewport, color_scheme=scheme)
        for number, path in enumerate(paths):
            response = page.goto(path)
            assert response.ok, path
            assert page.url.endswith(path.rstrip("/") + "/") or page.url.endswith(path), page.url
            assert not is_wider_than_its_window(page), path
            picture(page, f"batch-{scheme}-{number}")
            found += [f"{scheme} {finding}" for finding in findings(page)]

    assert not found, "\n".join(found)


def is_wider_than_its_window(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

"""axe-core finds nothing grave on any page of the admin, light or dark, on a desktop or a phone; no icon is read out as
a word, and whatever can be clicked can be reached with the keyboard.

Which pages there are, the URL resolver says: a new one is looked at as soon as it exists, and whatever answers with
something else than a page has to be named here. The pages come straight from Django, without a server in between.
"""

from __future__ import annotations

import datetime
import mimetypes
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Route

from accounts_ledger import chart, dates, facade
from accounts_ledger.imports import run
from accounts_ledger.imports.upload import upload
from accounts_ledger.models import GiftCardBatch
from accounts_ledger.reports.catalogue import REPORTS
from tests.backoffice.admin_addresses import address_of, admin_addresses, is_own, sample_objects
from tests.browser.accessibility import LOOKS, findings, is_wider_than_its_window, out_of_reach, read_out_icons
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

SITE = "http://back-office.test"

#: What can be asked for and is no page: files, scripts, parts of pages, and ways to other pages.
NO_PAGES = {
    "admin:jsi18n",
    "admin:logout",
    "admin:search",
    "admin:autocomplete",
    "admin:view_on_site",
    "admin:accounts_ledger_account_find",
    "admin:accounts_ledger_account_holders",
    "admin:accounts_ledger_account_reveal",
    "admin:accounts_ledger_account_transfer_out",
    "admin:accounts_ledger_transfer_accounts",
    "admin:accounts_ledger_giftcardbatch_sample",
    "admin:accounts_ledger_giftcardbatch_problems",
    "admin:accounts_ledger_giftcardbatch_progress",
    # Asked for in the midst of a login, by those who have a second step.
    "second_factor:verify",
}
#: What other object a page needs in order to be shown at all.
NEEDS = {
    "admin:accounts_ledger_account_thaw": "frozen",
    "admin:accounts_ledger_account_extend": "ending",
    "admin:accounts_ledger_giftcardbatch_reading": "unread",
    "admin:accounts_ledger_giftcardbatch_confirm": "good",
    "admin:accounts_ledger_giftcardbatch_cancel": "unread",
    "admin:accounts_ledger_giftcardbatch_restart": "busy",
    **{
        f"admin:accounts_ledger_giftcardbatch_{page}": "loaded"
        for page in ("codes", "freeze", "thaw", "extend", "reverse")
    },
}
#: Answered with a form and what is wrong with it, when nothing is filled in.
REFUSING_FORMS = (
    "admin:accounts_ledger_account_add",
    "admin:accounts_ledger_account_top_up",
    "admin:accounts_ledger_transfer_new_transfer",
    "admin:accounts_ledger_giftcardbatch_upload_file",
    "admin:accounts_ledger_journalexport_new_export",
)
#: Into how many tests the pages are dealt, so that two workers share them.
PARTS = 4


#: Code and amount of a batch with an error, one to be loaded, one that is loaded.
BATCHES = {"wrong": ("SPRING-002", "-1"), "good": ("SPRING-003", "20"), "loaded": ("SPRING-004", "30")}


def draft(contents: str) -> GiftCardBatch:
    gift_cards = chart.deferred_income_types()[0]
    return upload([contents.encode()], file_name="axe.csv", source=chart.bank(), account_type=gift_cards)


def batches() -> dict[str, GiftCardBatch]:
    found = {name: draft(f"code,amount\nAXE-{code},{amount}\n") for name, (code, amount) in BATCHES.items()}
    for batch in found.values():
        run.start_check(batch, inline=True)
    run.start_load(found["loaded"], None, inline=True)
    busy = draft("code,amount\nAXE-SPRING-005,10\n")
    GiftCardBatch.objects.filter(pk=busy.pk).update(state=GiftCardBatch.State.CHECKING)
    return {**found, "busy": busy, "unread": draft("code,amount\nAXE-SPRING-001,10\n")}


@pytest.fixture
def objects(db) -> dict[str, Any]:
    soon = dates.end_of(timezone.localdate() + datetime.timedelta(days=9))
    ending, frozen = (facade.issue(chart.bank(), 20, name=name, end_date=soon) for name in ("Ending", "Frozen"))
    facade.freeze(frozen, user=None, reason="Lost")
    return {**sample_objects(), "ending": ending, "frozen": frozen, **batches()}


def path_of(name: str, objects: dict[str, Any]) -> str:
    if name == "admin:app_list":
        return reverse(name, args=["accounts_ledger"])
    needed = NEEDS.get(name)
    return address_of(name, {**objects, name.split("_")[-2]: objects[needed]} if needed else objects)


def further_paths(objects: dict[str, Any]) -> list[str]:
    """Pages that show other things when they are asked about other objects."""
    accounts = [objects["ending"], objects["frozen"], chart.bank()]
    loads = [objects[name] for name in ("unread", "wrong", "good", "loaded", "busy")]
    return [
        *(reverse("admin:accounts_ledger_account_change", args=[account.pk]) for account in accounts),
        *(reverse("admin:accounts_ledger_giftcardbatch_change", args=[batch.pk]) for batch in loads),
        *(reverse("ledger_reports:report", args=[report.slug]) for report in REPORTS),
    ]


@pytest.fixture
def boss(db) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss", "boss@example.com"))
    return client


def pages(objects: dict[str, Any], boss: Client, part: int) -> Iterator[tuple[str, HttpResponse]]:
    """Yield a part of all pages, each with its name or path."""
    names = sorted(name for name in admin_addresses() if is_own(name) and name not in NO_PAGES)
    asked = [(name, "get", path_of(name, objects)) for name in names]
    asked += [(path, "get", path) for path in further_paths(objects)]
    asked += [(f"{name}, empty", "post", path_of(name, objects)) for name in REFUSING_FORMS]
    for name, method, path in asked[part::PARTS]:
        client = Client() if name == "admin:login" else boss
        response = getattr(client, method)(path)
        if not is_refused_to_all(name, response):
            assert response.status_code in (200, 422), f"{name} is no page: {response.status_code}"
            assert response["Content-Type"].startswith("text/html"), f"{name} is no page"
            yield name, response


def is_refused_to_all(name: str, response: HttpResponse) -> bool:
    """Whether nobody may add or delete such an object, or nothing keeps its history."""
    return response.status_code == (302 if name.endswith("_history") else 403)


@pytest.fixture
def look(browser, boss) -> Iterator[Callable[[str, HttpResponse], list[str]]]:
    """Return what is grave on a page, as it is on a light desktop and on a dark phone."""
    scripts = reverse("admin:jsi18n")
    shown = {scripts: boss.get(scripts)}
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.route("**/*", lambda route: answer(route, shown))

    def look_at(name: str, response: HttpResponse) -> list[str]:
        shown["/"] = response
        page.set_viewport_size(DESKTOP)
        page.goto(SITE)
        graves = [*findings(page), *read_out_icons(page), *out_of_reach(page)]
        found = [f"{name}, light: {finding}" for finding in graves]
        page.set_viewport_size(PHONE)
        page.evaluate("document.documentElement.classList.add('dark')")
        found += [f"{name}, dark: {finding}" for finding in findings(page, rules=LOOKS)]
        return found + ([f"{name} is wider than a phone"] if is_wider_than_its_window(page) else [])

    yield look_at
    context.close()


def answer(route: Route, shown: dict[str, HttpResponse]) -> None:
    """Answer a request of the browser: with the page that is looked at, or with one of its static files."""
    path = urlsplit(route.request.url).path
    if response := shown.get(path):
        route.fulfill(body=response.content, headers=dict(response.items()))
    elif path.startswith(settings.STATIC_URL) and (file := finders.find(path.removeprefix(settings.STATIC_URL))):
        route.fulfill(path=file, content_type=mimetypes.guess_type(file)[0])
    else:
        route.abort()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_of_the_admin_has_a_grave_finding(objects, boss, look, part):
    found = [finding for name, response in pages(objects, boss, part) for finding in look(name, response)]

    assert not found, "\n".join(found)

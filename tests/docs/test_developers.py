"""docs/developers.md, followed: what its recipes add to the code works.

Its ``python`` blocks are new files, its ``diff`` blocks changes of files that exist. Both are applied to the modules in
memory and taken back after the test.
"""

from __future__ import annotations

import datetime
import importlib
import sys
import types
from collections.abc import Callable, Iterator
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import clear_url_caches, path, reverse

from accounts_ledger import chart, facade
from accounts_ledger.admin import report_pages
from accounts_ledger.admin.account import actions
from accounts_ledger.admin.account.model_admin import AccountAdmin
from accounts_ledger.imports.headings import meaning
from accounts_ledger.journal import export, formats
from accounts_ledger.models import JournalExport
from accounts_ledger.reports import catalogue
from tests.confirming import hidden_fields
from tests.docs.pages import DOCS, ROOT, blocks

PAGE = DOCS / "developers.md"


def changed(source: str, diff: str) -> str:
    """Return *source* with the lines of *diff*: " " stay, "-" go, "+" come."""
    lines = diff.splitlines()
    before = "\n".join(line[1:] for line in lines if line[0] in " -")
    after = "\n".join(line[1:] for line in lines if line[0] in " +")
    assert source.count(before) == 1, f"{before!r} is not in the file, or more than once"
    return source.replace(before, after)


@pytest.fixture
def follow() -> Iterator[Callable[[str], None]]:
    """Apply the recipe below a heading: make its modules, and run those that it changes anew, in place."""
    made: list[str] = []
    originals: dict[str, dict] = {}

    def apply(heading: str) -> None:
        sources: dict[str, str] = {}
        for block in blocks(PAGE, heading):
            first, _line, content = block.content.partition("\n")
            file = first.removeprefix("# ")
            if block.language == "python":
                module = types.ModuleType(dotted(file))
                sys.modules[module.__name__] = module
                made.append(module.__name__)
                exec(compile(content, file, "exec"), vars(module))
                package, _dot, name = module.__name__.rpartition(".")
                setattr(importlib.import_module(package), name, module)
            elif block.language == "diff":
                sources[file] = changed(sources.get(file) or (ROOT / file).read_text(), content)
        for file, source in sources.items():
            module = importlib.import_module(dotted(file))
            originals[module.__name__] = dict(vars(module))
            exec(compile(source, file, "exec"), vars(module))

    yield apply
    for name, original in originals.items():
        vars(sys.modules[name]).clear()
        vars(sys.modules[name]).update(original)
    for name in made:
        del sys.modules[name]
        package, _dot, attribute = name.rpartition(".")
        if attribute in vars(sys.modules[package]):
            delattr(sys.modules[package], attribute)


def dotted(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@pytest.fixture
def inherits_anew() -> Iterator[Callable[[type], None]]:
    """Let the admin of accounts inherit from another class of the same name."""
    original = AccountAdmin.__bases__

    def inherit(changed: type) -> None:
        AccountAdmin.__bases__ = tuple(changed if base.__name__ == changed.__name__ else base for base in original)

    yield inherit
    AccountAdmin.__bases__ = original


@pytest.fixture
def boss(client, db):
    user = get_user_model().objects.create_superuser("boss", "boss@example.com")
    client.force_login(user)
    return user


@pytest.fixture
def card(bank, books):
    return facade.issue(bank, D("50.00"), account_type=chart.deferred_income_types()[0])


def test_a_report_that_is_added_is_in_the_catalogue_with_page_and_files(follow, client, boss, bank, card, monkeypatch):
    facade.top_up(card, bank, D("7.00"), user=boss, description="A gift")

    follow("Add a report")

    monkeypatch.setattr(report_pages, "REPORTS", catalogue.REPORTS)
    assert "Loads by member of staff" in client.get(reverse("ledger_reports:index")).content.decode()
    address = reverse("ledger_reports:report", args=["loads-by-staff"])
    assert "£57.00" in client.get(address).content.decode()
    file = b"".join(client.get(f"{address}?format=csv").streaming_content).decode()
    assert "boss,1,7.00" in file
    assert "Total,2,57.00" in file


def test_an_action_that_is_added_has_a_button_and_acts_once(
    follow, inherits_anew, client, boss, card, settings, monkeypatch
):
    follow("Add an action to the page of an account")

    inherits_anew(actions.AccountActions)
    settings.ROOT_URLCONF = _addresses(monkeypatch)
    page = client.get(reverse("admin:accounts_ledger_account_change", args=[card.pk])).content.decode()
    address = reverse("admin:accounts_ledger_account_apologise", args=[card.pk])
    assert address in page
    shown = client.get(address)
    asked = {**hidden_fields(shown), "reason": "It came late"}
    for _click in range(2):
        client.post(address, asked)

    card.refresh_from_db()
    assert card.balance == D("55.00")


def _addresses(monkeypatch) -> str:
    """Return the name of a URLconf that was made just now: the admin's addresses come from its actions."""
    from backoffice import urls

    module = types.ModuleType("addresses_of_this_test")
    module.urlpatterns = [path("admin/", admin.site.urls), *urls.urlpatterns]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    clear_url_caches()
    return module.__name__


def test_a_journal_format_that_is_added_can_be_exported(follow, boss, card, monkeypatch):
    follow("Add a format of the general ledger's journal")

    monkeypatch.setattr(export, "FORMATS", formats.FORMATS)
    today = datetime.date.today()
    _export, file = export.export_journal(
        start=today,
        end=today,
        currency="GBP",
        detail=JournalExport.Detail.FULL,
        format_name="signed",
        user=boss,
    )
    with file:
        amounts = [line.rpartition(b",")[2] for line in file.read().splitlines()]
    assert amounts[1:] == [b"50.00", b"-50.00"]


def test_a_heading_that_is_added_is_recognised(follow):
    follow("Teach the import another system's headings")

    assert [meaning(heading).key for heading in ("Voucher No.", "Amount")] == ["code", "initial"]


def test_every_recipe_is_tested():
    recipes = {block.content.partition("\n")[0] for block in blocks(PAGE) if block.language in ("python", "diff")}
    tested = Path(__file__).read_text()
    headings = [line.removeprefix("## ") for line in PAGE.read_text().splitlines() if line.startswith("## ")]
    found = {
        block.content.partition("\n")[0]
        for heading in headings
        if f'follow("{heading}")' in tested
        for block in blocks(PAGE, heading)
    }

    assert recipes <= found

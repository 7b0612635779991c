"""A list too large for one request: checked and loaded by the worker, while its page shows how far that is."""

from __future__ import annotations

import re
import threading
from decimal import Decimal as D

import pytest
from django.db import connections
from django_tasks_db.management.commands.db_worker import Worker
from playwright.sync_api import Page, expect

from accounts_ledger.imports import limits
from accounts_ledger.imports.job import Job
from accounts_ledger.models import GiftCardBatch

pytestmark = pytest.mark.browser

ROWS = 5_000
HALF_WAY = 3_000
_SECONDS = 60


def card_list(wrong: str = "") -> bytes:
    """A list as another system exports it: semicolons, decimal commas, days first, more columns than are needed."""
    lines = ["Code;Balance;Initial Balance;Recipient Email;Expires On;Status;Shop"]
    for number in range(2, ROWS + 2):
        balance = wrong if wrong and number == 4_321 else f"{number % 90 + 5},50"
        lines.append(
            f"SPRING-{number * 7919 % 99991:05d}-{number:04d};{balance};100,00;customer{number}@example.com;31/12/2037;"
            f"{'disabled' if number % 1000 == 0 else 'active'};north"
        )
    return "\n".join(lines).encode("cp1252")


class Gate:
    """Stops a job once it is half-way, until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def pass_by(self, processed: int) -> None:
        if processed >= HALF_WAY and not self.reached.is_set():
            self.reached.set()
            assert self.opened.wait(_SECONDS)


@pytest.fixture
def worker(monkeypatch):
    """Starts a worker, as `manage.py db_worker` is one, for what waits to be done; it stops half-way."""
    threads: list[threading.Thread] = []
    gates: list[Gate] = []
    monkeypatch.setattr(limits, "CHUNK", 1_000)

    def progress(job: Job, processed: int) -> None:
        job.sign(processed)
        gates[-1].pass_by(processed)

    def work() -> None:
        try:
            Worker(
                queue_names=["default"], interval=0, batch=True, backend_name="default", startup_delay=False,
                max_tasks=None, worker_id="browser-test", excluded_queue_names=[],
            ).run()  # fmt: skip
        finally:
            connections.close_all()

    def start() -> Gate:
        gates.append(Gate())
        threads.append(threading.Thread(target=work))
        threads[-1].start()
        assert gates[-1].reached.wait(_SECONDS)
        return gates[-1]

    monkeypatch.setattr(Job, "progress", progress)
    yield start
    for gate in gates:
        gate.opened.set()
    for thread in threads:
        thread.join()


def test_five_thousand_cards_are_checked_corrected_and_loaded(staff, worker, picture, books):
    page, manager = staff("clerk"), staff("manager")

    upload(page, card_list(wrong="12,345"), picture)
    finish(page, worker(), "check", picture)
    expect(page.locator("#batch-errors")).to_have_text("1")
    expect(page.locator("#batch-problems")).to_contain_text("4,321")
    expect(page.get_by_role("link", name="Load these cards…")).to_have_count(0)
    picture(page, "large-import-errors")

    upload(page, card_list(), picture)
    finish(page, worker(), "check", picture)
    expect(page.locator("#batch-errors")).to_have_text("0")
    expect(page.locator("#batch-cards")).to_have_text("5,000")
    picture(page, "large-import-checked")

    batch_address, page = page.url, manager
    page.goto(batch_address)
    page.get_by_role("link", name="Load these cards…").click()
    expect(page.get_by_text("5,000").first).to_be_visible()
    picture(page, "large-import-confirm")
    page.get_by_role("button", name="Load the cards").click()
    finish(page, worker(), "load", picture)
    expect(page.get_by_text("Loaded", exact=True).first).to_be_visible()
    picture(page, "large-import-loaded")

    batch = GiftCardBatch.objects.filter(state=GiftCardBatch.State.LOADED).latest("pk")
    assert batch.accounts.count() == ROWS
    assert batch.accounts.filter(status="Frozen").count() == 5
    assert sum(batch.accounts.values_list("balance", flat=True)) == sum(
        D(number % 90) + D("5.50") for number in range(2, ROWS + 2)
    )


def upload(page: Page, contents: bytes, picture) -> None:
    page.goto("/admin/accounts_ledger/giftcardbatch/upload")
    page.set_input_files("[name=file]", {"name": "spring.csv", "mimeType": "text/csv", "buffer": contents})
    picture(page, "large-import-upload")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("[name=decimal_sign]")).to_have_value(",")
    expect(page.locator("[name=column_1]")).to_have_value("balance")
    picture(page, "large-import-columns")
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#batch-progress")).to_contain_text("Waiting for a worker")


def finish(page: Page, gate: Gate, what: str, picture) -> None:
    """See the job half-way on the page, which nobody reloads, then its end."""
    expect(page.locator("#batch-progress")).to_contain_text(re.compile(r"3,000 rows"))
    bar = page.get_by_role("progressbar")
    assert 55 <= int(bar.get_attribute("aria-valuenow")) <= 65
    picture(page, f"large-import-{what}-progress")
    gate.opened.set()
    expect(page.locator("#batch-progress")).to_have_count(0)

"""A real browser on a real server with the demo shop behind it.

The browser is the system's Chromium (``CHROMIUM=/path`` names another one). ``UPDATE_SCREENSHOTS=1`` writes the
pictures that the documentation shows; otherwise they land in the test's temporary folder.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from backoffice.demo import history, people
from tests.database import ENGINE

PASSWORD = "correct-horse-battery"
DESKTOP = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}

SCREENSHOTS = Path(__file__).parent.parent.parent / "docs" / "screenshots"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TIMEOUT_MS = 20_000


@pytest.fixture(scope="package")
def chromium() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        pytest.skip(f"No browser was found: none of {', '.join(_NAMES)} is installed, and CHROMIUM is not set")
    return found


@pytest.fixture(scope="package")
def browser(chromium) -> Iterator[Browser]:
    # Without the sandbox, which root cannot have; without what a browser does on its own accord.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    arguments += ["--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()
        # Those of Playwright's event loop; once it has ended, nobody would find and close them.
        connections.close_all()


@pytest.fixture(scope="package")
def engine() -> str:
    if ENGINE == "sqlite":
        pytest.skip("Server and test would share one connection to SQLite in memory: TEST_ENGINE=postgresql runs it")
    return ENGINE


@pytest.fixture
def shop(chromium, engine, transactional_db, live_server, settings, monkeypatch) -> Iterator[str]:
    """The URL of a server with the demo's people, products and a short history. Everybody's password is `PASSWORD`."""
    monkeypatch.setattr(history, "CARDS", 40)
    people.create(PASSWORD)
    settings.DEBUG = True
    call_command("create_demo", verbosity=0)
    settings.DEBUG = False
    yield live_server.url
    call_command("clear_index", interactive=False, verbosity=0)


@pytest.fixture
def visitor(browser, shop) -> Iterator[Callable[..., Page]]:
    """Opens a page for one more person, with cookies of their own. No page may fail on the server or in its scripts,
    do what its content policy forbids, or ask another site for anything."""
    contexts: list[BrowserContext] = []
    failures: list[str] = []

    def arrive(**options) -> Page:
        context = browser.new_context(
            base_url=shop, locale="en-GB", timezone_id="Europe/London", **{"viewport": DESKTOP} | options
        )
        contexts.append(context)
        context.set_default_timeout(_TIMEOUT_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(f"{page.url}: {error}"))
        page.on("response", lambda r: failures.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        page.on("console", lambda m: failures.append(f"{page.url}: {m.text}") if is_error(m) else None)
        page.on("request", lambda r: failures.append(f"{page.url}: {r.url}") if is_foreign(r, shop) else None)
        return page

    yield arrive
    for context in contexts:
        context.close()
    assert failures == []


def is_error(message: ConsoleMessage) -> bool:
    """Whether a browser complains, be it that something is not found: pages that are not are asked for as well."""
    return message.type == "error" and "404" not in message.text


def is_foreign(request: Request, site: str) -> bool:
    return not request.url.startswith((f"{site}/", "data:", "blob:"))


@pytest.fixture
def staff(visitor, shop) -> Callable[..., Page]:
    """Logs a member of staff in to the back office: ``staff("manager")``."""

    def log_in(username: str, **options) -> Page:
        page = visitor(**options)
        page.goto("/admin/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("[type=submit]")
        page.wait_for_url(f"{shop}/admin/")
        return page

    return log_in


def _save_small(screenshot: bytes, path: Path) -> None:
    # 256 colours are plenty for pages, and a third of the bytes.
    with Image.open(io.BytesIO(screenshot)) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


@pytest.fixture
def picture(tmp_path) -> Callable[[Page, str], None]:
    """Takes a picture of the whole page."""
    folder = SCREENSHOTS if os.environ.get("UPDATE_SCREENSHOTS") else tmp_path

    def take(page: Page, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        # As high as the page: a picture of more than the viewport has sticky bars in its middle.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": before["width"], "height": max(before["height"], min(height, 2400))})
        page.evaluate("document.fonts.ready")
        _save_small(page.screenshot(animations="disabled"), folder / f"{name}.png")
        page.set_viewport_size(before)

    return take

"""What axe-core finds grave on a page."""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = ("serious", "critical")
#: What screen readers are told about select2's search boxes and the icon in Django's filters is those packages' affair.
OURS = {"exclude": [[".select2-container"], [".search-label-icon"]]}


#: What depends on colours and on how much room there is, and on nothing else.
LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")


#: Colours that are on their way to others are neither's: a page that has just turned dark is to be all dark.
SETTLED = """Promise.allSettled(
    document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished)
)"""


def findings(page: Page, within: str = "html", rules: Sequence[str] = ()) -> list[str]:
    """Return what axe-core finds grave on *page*, or in a part of it, by all *rules* or some: a line each element."""
    page.evaluate(SETTLED)
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    result = Axe().run(page, context=OURS | {"include": [[within]]}, options=options).response
    return [
        f"{page.url} {violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in result["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


#: Icons are words that their font draws.
READ_OUT = """[...document.querySelectorAll('.material-symbols-outlined:not([aria-hidden], [aria-label])')]
    .map(icon => icon.parentElement.outerHTML.slice(0, 160))"""

#: What Unfold lets one click that is neither a link nor a button.
OUT_OF_REACH = """[...document.querySelectorAll('[x-on\\\\:click]:is(.cursor-pointer, .material-symbols-outlined)')]
    .filter(element => element.tabIndex < 0).map(element => element.outerHTML.slice(0, 160))"""


def read_out_icons(page: Page) -> list[str]:
    """Return what has an icon whose name a screen reader would say."""
    return [f"{page.url} reads an icon out: {html}" for html in page.evaluate(READ_OUT)]


def out_of_reach(page: Page) -> list[str]:
    """Return what can be clicked and not be reached with the keyboard."""
    return [f"{page.url} is for the mouse only: {html}" for html in page.evaluate(OUT_OF_REACH)]


def is_wider_than_its_window(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

"""Whatever is typed into any form of the admin, the answer is a page that a person can act on, never an error of ours.

Each form is found by opening its page, so a new one is tried at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import cycle
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from tests.backoffice.admin_addresses import address_of, admin_addresses, is_own, sample_objects
from tests.database import ENGINE

#: For all fields of a form at once, and then, in turn, for each field while the others are as the page offers them.
JUNK = (
    "a\x00b",
    "1" + "0" * 30,
    "NaN",
    "-1",
    "1e400",
    "99999999999999999999",
    "💣\u202e\u200f",
    "2026-02-30",
    "0001-01-01",
    "x" * 70_000,
    "'\"<script>",
    "%s{}",
    "",
)
#: What no form refuses by itself, and databases take differently: a zero character, numbers beyond 64 bits.
BY_ENGINE = (JUNK[0], JUNK[1], JUNK[5])
#: PostgreSQL is asked everything; SQLite, where forms are the same, what it takes differently.
ALL_AT_ONCE, IN_TURN = (JUNK, JUNK) if ENGINE == "postgresql" else (BY_ENGINE, BY_ENGINE[1:])
#: A page for people: shown, led on to, refused, not found, or with what is wrong beside the fields.
FOR_PEOPLE = {200, 302, 400, 403, 404, 405, 422}
#: Pages of Django's and Unfold's without a form of ours.
NOT_OURS = {"admin:logout", "admin:app_list", "admin:view_on_site", "admin:autocomplete", "admin:jsi18n"}
#: The longest address that gunicorn takes is 4,094 characters.
LONGEST_IN_ADDRESS = 4_000
PARTS = 4

Fields = dict[str, str]


class Forms(HTMLParser):
    """Collects the forms of a page, each with its method, where it goes to, and what its fields say."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, Fields]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.found.append((given.get("method", "get").lower(), given.get("action", ""), {}))
        elif not self.found:
            return
        elif tag in ("input", "textarea", "button", "select") and name:
            self._select = name if tag == "select" else ""
            is_on = given.get("type") not in ("radio", "checkbox") or "checked" in given
            self.found[-1][2].setdefault(name, given.get("value", "") if is_on else "")
        elif tag == "option" and self._select and "selected" in given:
            self.found[-1][2][self._select] = given.get("value", "")


def forms_of(client: Client, path: str) -> list[tuple[str, Fields]]:
    """Return the forms that lead from the page at *path* to itself, each with its method."""
    page = client.get(path)
    if page.status_code == 405:  # it only takes what is posted
        return [("post", {"q": "", "term": "", "page": "1"})]
    if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
        return []
    forms = Forms()
    forms.feed(page.content.decode())
    return [(method, fields) for method, action, fields in forms.found if action in ("", path) or action[0] == "?"]


def typed(method: str, fields: Fields) -> Iterator[Fields]:
    longest = LONGEST_IN_ADDRESS // (len(fields) or 1) if method == "get" else None
    for junk in ALL_AT_ONCE:
        yield dict.fromkeys(fields, junk[:longest])
    for field, junk in zip(fields, cycle(IN_TURN), strict=False):
        yield {**fields, field: junk[:longest]}


def answer(client: Client, method: str, path: str, data: Fields) -> Any:
    """Return the status of the answer, and undo what it did."""
    with transaction.atomic():
        response = getattr(client, method)(path, data)
        if response.streaming:
            list(response.streaming_content)
        transaction.set_rollback(True)
    return response.status_code


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_form_of_the_admin_answers_junk_with_an_error(part, db, books):
    objects = sample_objects()
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.create_superuser("boss", "boss@example.com"))
    failed, tried = [], 0
    for name in sorted(name for name in admin_addresses() - NOT_OURS if is_own(name))[part::PARTS]:
        path = address_of(name, objects)
        for method, fields in forms_of(client, path):
            for data in typed(method, fields):
                confirmed = {"_confirm": "1", **data} if method == "post" else data
                status = answer(client, method, path, confirmed)
                tried += 1
                if status not in FOR_PEOPLE:
                    failed.append((name, method, {field: text[:30] for field, text in data.items()}, status))

    assert tried > 100
    assert not failed, failed[:5]

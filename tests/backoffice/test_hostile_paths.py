"""Every page that is looked at, of shop, dashboard and admin, takes any id in its address and any query behind it.

The addresses come from the site's own list of them, so a new page is tried at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle, product
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils.regex_helper import normalize

from tests.backoffice.admin_addresses import sample_objects
from tests.backoffice.test_hostile_forms import FOR_PEOPLE, answer

IDS = ("1", "0", "-1", "9" * 30, "abc", "a%00b", "x" * 300, "%F0%9F%92%A3", "..%2f")
QUERIES = (
    {"page": "-1", "per_page": "-9", "p": "9" * 30},
    {"q": "a\x00b", "id": "abc", "year": "99999", "date_from": "99999-01-01"},
    {"next": "//evil.example.com", "initial": "a,b", "parent": "abc", "_popup": "1", "_to_field": "password"},
    {"q": "x" * 50_000, "name": "x" * 50_000, "sort": "-" * 999},
)
#: Which leave the site, or log the visitor out.
LEFT_OUT = re.compile(r"logout|i18n|/media/|^media|static")
PARTS = 4

pytestmark = [
    pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime"),
    pytest.mark.filterwarnings("ignore:Pagination may yield inconsistent results"),
    pytest.mark.filterwarnings("ignore:Use '__' to separate path components"),
]


@pytest.fixture
def boss(db) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.create_superuser("boss", "boss@example.com"))
    return client


def templates(resolver: Any = None, before: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield every address of the site, with what its ids are called."""
    for entry in (resolver or get_resolver()).url_patterns:
        for path, names in normalize(entry.pattern.regex.pattern.removeprefix("^")):
            if isinstance(entry, URLPattern):
                yield before + path, names
            else:
                yield from templates(entry, before + path)
            break  # the first way to write it is enough


def addresses() -> list[str]:
    found = set()
    for path, _names in templates():
        names = re.findall(r"%\((\w+)\)s", path)
        if LEFT_OUT.search(path):
            continue
        for value in IDS if names else IDS[:1]:
            found.add("/" + path % dict.fromkeys(names, value))
    return sorted(found)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_answers_a_junk_id_or_query_with_an_error(part, boss, books):
    batch = sample_objects()["giftcardbatch"]
    batch.checksum = ""  # as one that was issued by number
    batch.save()
    asked = list(zip(addresses()[part::PARTS], cycle(QUERIES), strict=False))

    failed = [
        (address, query) for address, query in asked if answer(boss, "get", address, query) not in {*FOR_PEOPLE, 410}
    ]

    assert len(asked) > 100
    assert not failed, failed[:20]


def test_what_is_searched_for_in_the_dashboard_is_cut(boss):
    for name, field in product(
        ("orders", "users", "catalogue", "vouchers", "reviews", "ranges", "pages"), ("name", "q")
    ):
        page = boss.get(f"/dashboard/{name}/", {field: "x" * 5000})
        assert "x" * 129 not in page.content.decode()

"""Whatever the addresses of the shop and its dashboard ask for, out of range, overlong or broken, is never an error.

The fields are read from the pages themselves, so that a new one is tried at once. The lists and reports of the admin
are tried in `test_hostile_addresses`.
"""

from __future__ import annotations

import re
from itertools import cycle, islice

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from oscar.core.loading import get_class, get_model

from tests.backoffice.admin_addresses import sample_objects
from tests.backoffice.test_hostile_forms import FOR_PEOPLE, answer

BROKEN = (
    *("a\x00b", "-9", "9" * 30, "-" + "9" * 30, "9" * 5000, "1e400", "NaN", "-Infinity", "½", "٣", "💣"),
    *("0000-00-00", "0001-01-01", "9999-12-31", "99999-01-01", "2026-02-30"),
    *("x" * 60_000, "a " * 2500, "%" * 300, "[" * 300, "(a+)+$" * 50, "\\", "'", "__"),
)
#: Taken by pages beside what their forms have.
ALWAYS = ("page", "sort", "per_page", "q", "next", "initial", "page_limit")
DASHBOARD = (
    *("index", "order-list", "order-stats", "users-index", "user-alert-list", "reports-index", "partner-list"),
    *("catalogue-product-list", "catalogue-product-lookup", "catalogue-category-list", "stock-alert-list"),
    *("range-list", "voucher-list", "voucher-set-list", "offer-list", "page-list", "comms-list", "reviews-list"),
)
SHOP = (
    *("catalogue:index", "search:search", "basket:summary", "managed_accounts:balance", "managed_accounts:list"),
    *("customer:order-list", "customer:wishlists-list", "customer:email-list", "customer:notifications-inbox"),
    *("offer:list", "customer:alerts-list"),
)
ADDRESSES = (*(f"dashboard:{name}" for name in DASHBOARD), *SHOP)
#: One value for all fields at once, for so many turns: then what a form refuses hides nothing.
TURNS_FOR_ALL = 3

#: What Oscar is warned of for any date, sorting and list, in range or not. No page fails for that in production.
pytestmark = [
    pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime"),
    pytest.mark.filterwarnings("ignore:Use '__' to separate path components"),
    pytest.mark.filterwarnings("ignore:Pagination may yield inconsistent results"),
]


@pytest.fixture
def boss(db) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.create_superuser("boss", "boss@example.com"))
    return client


def fields_of(client: Client, address: str) -> list[str]:
    """Return the names of the fields of the page's forms that are sent in its address."""
    page = client.get(address).content.decode()
    forms = [form for form in re.findall(r"<form.*?</form>", page, re.S) if 'method="post"' not in form.split(">")[0]]
    names = re.findall(r'<(?:input|select)[^>]* name="([^"]+)"', " ".join(forms))
    return sorted({*names, *ALWAYS})


def test_no_page_of_the_shop_answers_what_is_out_of_range_with_an_error(boss, books):
    sample_objects()
    values = cycle(BROKEN)
    asked = [
        (address, query)
        for address in map(reverse, ADDRESSES)
        for names in [fields_of(boss, address)]
        for query in [
            *({name: value, "search": "1"} for name, value in zip(names, values, strict=False)),
            *(dict.fromkeys(names, value) for value in islice(values, TURNS_FOR_ALL)),
        ]
    ]

    failed = [(address, query) for address, query in asked if answer(boss, "get", address, query) not in FOR_PEOPLE]

    assert len(asked) > len(ADDRESSES) * len(ALWAYS)
    assert failed == []


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("catalogue-product-list", {"per_page": "-9"}),
        ("users-index", {"per_page": "-9"}),
        ("catalogue-product-lookup", {"page": "-1"}),
        ("catalogue-product-lookup", {"page": "9" * 30}),
        ("catalogue-product-lookup", {"initial": "abc"}),
        ("catalogue-product-lookup", {"page_limit": "-1"}),
        ("order-list", {"order_number": "x" * 100_000}),
        ("order-list", {"name": "a " * 50_000}),
        ("users-index", {"name": "a " * 50_000, "search": "1"}),
        ("order-list", {"date_to": "9999-12-31"}),
    ],
)
def test_the_dashboard_refuses_or_finds_nothing_where_a_query_makes_no_sense(boss, address, query):
    assert answer(boss, "get", reverse(f"dashboard:{address}"), query) in FOR_PEOPLE


@pytest.mark.parametrize("half", ["%ED%A0%80", "%00%ED%B0%80", "%FF%FE"])
@pytest.mark.parametrize("name", ["dashboard:order-list", "search:search", "admin:accounts_ledger_account_changelist"])
def test_text_that_is_none_is_no_error(boss, name, half):
    statuses = {boss.get(f"{reverse(name)}?{field}={half}").status_code for field in ("q", "name", "page", "p")}

    assert FOR_PEOPLE.issuperset(statuses)


@pytest.mark.parametrize("dates", [("0001-01-01", "9999-12-31"), ("9999-12-31", "0001-01-01"), ("99999-01-01", "x")])
def test_every_report_of_the_dashboard_takes_any_dates_and_orders_of_deleted_customers(boss, dates):
    sample_objects()
    query = dict(zip(("date_from", "date_to"), dates, strict=True))
    for code in [report.code for report in get_class("dashboard.reports.utils", "GeneratorRepository")().generators]:
        for download in ({}, {"download": "1"}):
            asked = {"report_type": code, **query, **download}
            assert answer(boss, "get", reverse("dashboard:reports-index"), asked) in FOR_PEOPLE, asked


@pytest.mark.parametrize("term", ["x" * 100_000, "a " * 50_000, "a\x00b" * 1_000])
def test_a_term_of_the_shops_search_is_cut_before_it_is_looked_for_and_recorded(boss, term):
    response = boss.get(reverse("search:search"), {"q": term})

    assert response.status_code == 200
    assert term[:140] not in response.content.decode()
    recorded = get_model("analytics", "UserSearch").objects.get().query
    assert (len(recorded), "\x00" in recorded) == (128, False)

"""Whatever is typed behind the question mark of an address, the answer is a page for people, never an error of ours.

Every list that the admin has, every report and every search is asked, so a new one is tried at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts_ledger.reports.catalogue import REPORTS
from tests.accounts_ledger.conftest import on_postgresql
from tests.backoffice.admin_addresses import OWN, sample_objects
from tests.backoffice.test_hostile_forms import FOR_PEOPLE, answer

NUL = "a\x00b"
JUNK = (NUL, "9" * 30, "abc", "-1", "", "💣", "1,2,\x00", "%", "9" * 3000)
#: What Django's lists take beside filters.
OF_EVERY_LIST = ("q", "p", "o", "e", "all", "pk", "_facets", "_popup", "_to_field", "_changelist_filters", "nonsense")
#: Where else something is looked up that comes from the address.
SEARCHES = (
    "/admin/accounts_ledger/account/holders/?term=",
    "/admin/autocomplete/?app_label=accounts_ledger&model_name=account&field_name=account_type&term=",
    "/admin/accounts_ledger/account/add/?source=",
    "/admin/accounts_ledger/transfer/new/?source=",
    "/search/?q=",
    "/catalogue/?page=",
    "/gift-cards/balance/?code=",
    "/dashboard/orders/?name=",
    "/dashboard/orders/?order_number=",
    "/dashboard/users/?email=",
    "/dashboard/catalogue/?title=",
)
PARTS = 4


@pytest.fixture
def boss_client(db) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.create_superuser("boss", "boss@example.com"))
    return client


def list_of(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def questions(client: Client, model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """Yield parameters and values: of our own lists all that they offer, and what Django allows to be typed."""
    columns = model._meta.concrete_fields
    texts = [column.name for column in columns if isinstance(column, (models.CharField, models.TextField))]
    others = [column.name for column in columns if isinstance(column, models.JSONField)]
    moments = [f"{column.name}__year" for column in columns if isinstance(column, models.DateTimeField)]
    if not model._meta.db_table.startswith(OWN):
        yield from ((name, NUL) for name in ["q", *texts[:1]])
        return
    specs = client.get(list_of(model)).context["cl"].filter_specs
    offered = [name for spec in specs for name in spec.expected_parameters() if name]
    yield from zip([*OF_EVERY_LIST, *offered], cycle(JUNK), strict=False)
    yield from ((name, NUL) for name in [*OF_EVERY_LIST, *offered, *texts, *others])
    yield from ((name, "9" * 30) for name in moments)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_list_answers_a_junk_query_with_an_error(part, boss_client, books):
    sample_objects()
    lists = sorted(admin.site._registry, key=lambda model: model._meta.label)[part::PARTS]
    asked = [(model, *question) for model in lists for question in questions(boss_client, model)]

    failed = [
        (model._meta.label, name, value[:20], status)
        for model, name, value in asked
        if (status := answer(boss_client, "get", list_of(model), {name: value})) not in FOR_PEOPLE
    ]

    assert len(asked) > len(lists)
    assert not failed, failed[:10]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
def test_no_report_answers_a_junk_query_with_an_error(report, boss_client, books):
    address = reverse("ledger_reports:report", args=[report.slug])
    names = list(boss_client.get(address).context["form"].fields)

    answers = [
        answer(boss_client, "get", address, {name: value})
        for name, value in [*zip(names, cycle(JUNK), strict=False), *((name, NUL) for name in names)]
    ]

    assert names
    assert FOR_PEOPLE.issuperset(answers)


@pytest.mark.parametrize("search", SEARCHES)
def test_no_search_answers_junk_with_an_error(search, boss_client, books):
    address, query = search.split("?")
    given = dict(pair.split("=") for pair in query.split("&"))
    name = list(given)[-1]

    answers = [answer(boss_client, "get", address, {**given, name: junk}) for junk in JUNK]

    assert FOR_PEOPLE.issuperset(answers), answers


@on_postgresql  # SQLite takes a zero character, and finds nothing
def test_a_zero_character_that_reaches_the_database_is_a_bad_request(boss_client):
    response = boss_client.get("/admin/accounts_ledger/hold/?status__exact=%00")

    assert response.status_code == 400
    assert "is not valid" in response.content.decode()


def test_a_number_beyond_all_bounds_is_a_bad_request(boss_client):
    response = boss_client.get("/admin/accounts_ledger/hold/", {"date_created__year": "9" * 30})

    assert response.status_code == 400
    assert "is not valid" in response.content.decode()

"""Hostile text in every text field there is, then every page and every file: nothing runs, nowhere.

What the shop's own staff write as HTML, descriptions of products and flat pages, is HTML in Oscar, and not asked about.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.db.models import QuerySet
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts_ledger import chart, guards
from accounts_ledger.models import Account
from accounts_ledger.reports.catalogue import REPORTS
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import delivery
from tests.backoffice.test_permissions import TABLE, address_of, objects
from tests.confirming import confirm
from tests.oscar_integration.conftest import Shopper, country, product
from tests.security.hostile import TEXT, formulas_in_csv, formulas_in_xlsx, runs_in

__all__ = ["country", "objects", "product"]  # fixtures

pytestmark = pytest.mark.django_db

PAGES_OF_A_ROW = ("change", "history")
#: The text with the number of its row: so it is not just the name of who looks at the page.
_OF_A_ROW = re.compile(r"\(666\) \d|\d=1\+1")
SLUGS = [report.slug for report in REPORTS]
#: Written by the system, never by anybody's hand; and HTML of the shop's staff.
KEPT = {"path", "password", "chart_code", "checksum", "currency", "upc", "slug", "mapping", "key", "idempotency_key"}
KEPT |= {
    "reference",
    "accounts_ledger.journalexport.format",
    "catalogue.product.description",
    "catalogue.category.description",
}
POISONED = ("accounts_ledger", "oscar_integration", "auth", "axes", "catalogue", "order", "partner", "address", "sites")


def poison() -> None:
    """Write the hostile text into every text of every row, as far as it fits."""
    with guards.lifted(connection):
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in POISONED and model._meta.managed:
                poison_rows(model)


def poison_rows(model: Any) -> None:
    fields = [field for field in model._meta.concrete_fields if is_free_text(model, field)]
    rows = QuerySet(model)  # the ledger's own managers refuse to change a transfer
    for row in rows.all() if fields else ():
        changes = {field.attname: text_for(field, row) for field in fields if getattr(row, field.attname) is not None}
        if changes:
            rows.filter(pk=row.pk).update(**changes)


def is_free_text(model: Any, field: Any) -> bool:
    names = {field.name, f"{model._meta.label_lower}.{field.name}"}
    is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.FileField)
    is_role = model._meta.label_lower in ("auth.permission", "contenttypes.contenttype", "address.country")
    return is_text and not is_role and not field.choices and not field.primary_key and not names & KEPT


def text_for(field: Any, row: Any) -> str:
    text = f"{TEXT}{row.pk}" if not field.unique else f"{row.pk}{TEXT}"
    return text[: field.max_length or None]


@pytest.fixture
def poisoned(objects, product, redemptions) -> dict[str, Any]:
    """One object of each model and a mug for sale, all of them with hostile texts; and who wrote them."""
    owner = objects["user"]
    Account.objects.filter(pk=objects["account"].pk).update(primary_user=owner, description="x")
    LogEntry.objects.log_actions(owner.pk, [objects["account"]], CHANGE, change_message=TEXT, single_object=True)
    objects["accounttype"].move(chart.deferred_income_types()[0], "last-sibling")
    GiftCardSale.objects.update(account=objects["account"], sender_name="x", recipient_name="x", message="x")
    poison()
    for item in objects.values():
        item.refresh_from_db()
    return objects


@pytest.fixture
def boss(poisoned) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser(TEXT[:150], "boss@example.com"))
    return client


def everything_in_the_admin(poisoned: dict[str, Any]) -> set[str]:
    found = {address_of(name, poisoned) for name in TABLE if not name.startswith("second_factor:remove")}
    found |= {reverse("ledger_reports:report", args=[slug]) for slug in SLUGS}
    for model in (model for model in admin.site._registry if model._meta.app_label in POISONED):
        row = model._default_manager.first()
        for page, arguments in (("changelist", ()), *((p, (row.pk,)) for p in PAGES_OF_A_ROW if row)):
            try:
                found.add(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments))
            except NoReverseMatch:
                continue
    return found


def test_no_page_of_the_back_office_runs_it(boss, poisoned):
    running, shown = {}, 0
    for address in everything_in_the_admin(poisoned):
        response = boss.get(address, follow=True)
        assert response.status_code < 500, address
        if "html" in response.headers["Content-Type"]:
            html = response.content.decode()
            shown += bool(_OF_A_ROW.search(html))
            running |= {address: runs} if (runs := runs_in(html)) else {}

    assert running == {}
    assert shown > 90, "the hostile text must be on the pages, or nothing was tested"


def test_what_the_palette_finds_runs_nothing(boss):
    html = boss.post("/admin/search/", {"s": "alert(666)"}).content.decode()

    assert _OF_A_ROW.search(html)
    assert runs_in(html) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_no_file_of_a_report_has_it_as_a_formula(boss, poisoned, slug):
    address = reverse("ledger_reports:report", args=[slug])
    whose = f"#{poisoned['account'].pk}"  # which the statement asks for
    as_csv, as_xlsx = (boss.get(address, {"format": kind, "whose": whose}) for kind in ("csv", "xlsx"))

    assert formulas_in_csv(b"".join(as_csv.streaming_content)) == []
    assert formulas_in_xlsx(b"".join(as_xlsx.streaming_content)) == []


@pytest.mark.parametrize("model", ["account", "transfer"])
def test_no_export_of_a_list_has_it_as_a_formula(boss, model):
    address = reverse(f"admin:accounts_ledger_{model}_export")
    columns = dict.fromkeys(re.findall(r'name="(\w+resource_\w+)"', boss.get(address).content.decode()), "on")
    assert columns
    as_csv, as_xlsx = (confirm(boss, address, {"format": kind, "resource": "0", **columns}) for kind in "01")

    assert "alert(666)" in (content := b"".join(as_csv.streaming_content)).decode()
    assert formulas_in_csv(content) == []
    assert formulas_in_xlsx(b"".join(as_xlsx.streaming_content)) == []


def test_no_page_of_a_customer_runs_it(poisoned, product):
    shopper = Shopper(poisoned["user"])
    shopper.puts_in_basket(product)
    pages = [shopper.client.get(reverse(name)) for name in CUSTOMERS_PAGES]
    pages.append(shopper.client.get(reverse("managed_accounts:statement", args=[poisoned["account"].pk])))
    pages.append(shopper.client.get(product.get_absolute_url(), follow=True))
    shopper.ships_to(first_name=TEXT[:50], line1=TEXT)
    pages.append(shopper.types_code(poisoned["account"].code))
    pages.append(shopper.types_code(TEXT))

    assert [page.status_code for page in pages] == [200] * len(pages)
    assert [runs_in(page.content.decode()) for page in pages] == [[]] * len(pages)
    assert sum("alert(666)" in page.content.decode() for page in pages) > 5


CUSTOMERS_PAGES = (
    "customer:profile-view",
    "customer:order-list",
    "customer:address-list",
    "managed_accounts:list",
    "managed_accounts:balance",
    "catalogue:index",
    "basket:summary",
)


def test_no_mail_about_a_card_runs_it(poisoned):
    sale = GiftCardSale.objects.get(pk=poisoned["giftcardsale"].pk)
    html = delivery.mail(sale).alternatives[0].content

    assert "alert(666)" in html
    assert runs_in(html) == []


def test_what_is_tested_would_be_found():
    assert len(runs_in(f"<b>{TEXT}</b>")) == 2
    assert len(runs_in(f"<b title='{TEXT}'>")) >= 1
    assert formulas_in_csv(TEXT.encode()) != []

"""What lists say while there is nothing on them."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts_ledger import facade
from accounts_ledger.admin.shared.empty_list import EmptyList
from accounts_ledger.models import Account, AccountMapping, GiftCardBatch, Hold, JournalExport, Verification
from tests.backoffice.admin_addresses import OWN

OURS = [model for model in admin.site._registry if model._meta.label_lower.replace(".", "_").startswith(OWN)]


def page(client: Client, model, **query) -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return client.get(address, query).content.decode()


@pytest.fixture
def staff(django_user_model, db):
    def log_in(role: str) -> Client:
        user = django_user_model.objects.create_user(role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_list_of_ours_has_something_to_say(model):
    model_admin = admin.site._registry[model]

    assert isinstance(model_admin, EmptyList)
    # There is always a user, and the roles: whoever sees these lists is one of them.
    assert model_admin.empty_text or model._meta.app_label == "auth"


@pytest.mark.parametrize(
    ("model", "text", "button"),
    [
        (GiftCardBatch, "nothing is loaded until", "Import a file"),
        (Verification, "recomputes every balance", "Verify the books"),
        (JournalExport, "no day is exported twice", "Export a period"),
        (AccountMapping, "your general ledger account code", "Add account mapping"),
    ],
)
def test_an_empty_list_says_what_will_be_there_and_how_it_begins(model, text, button, admin_client):
    content = page(admin_client, model).split('class="ledger-empty ')[1]

    assert text in content
    assert button in content


def test_who_may_not_begin_it_is_not_offered_to(staff):
    content = page(staff("Viewer"), GiftCardBatch).split('class="ledger-empty ')[1]

    assert "nothing is loaded until" in content
    assert "Import a file" not in content


@pytest.mark.parametrize("query", [{"q": "nothing"}, {"status": "voided"}])
def test_a_list_that_is_narrowed_to_nothing_offers_to_show_everything(query, admin_client):
    content = page(admin_client, Hold, **query).split('class="ledger-empty ')[1]

    assert "Nothing matches" in content
    assert 'href="/admin/accounts_ledger/hold/"' in content


def test_sorting_narrows_nothing(admin_client):
    assert "Nothing here yet" in page(admin_client, Hold, o="1")


def test_a_gap_between_the_pages_of_a_long_list_leads_nowhere(bank, admin_client, settings):
    settings.OSCAR_ACCOUNTS_DASHBOARD_ITEMS_PER_PAGE = 1
    for _number in range(13):
        facade.issue(bank, 1)

    content = page(admin_client, Account)

    assert 'href="?p=2"' in content
    assert "…" in content.split('aria-label="Pages"')[1].split("</nav>")[0]
    assert "p=%E2%80%A6" not in content

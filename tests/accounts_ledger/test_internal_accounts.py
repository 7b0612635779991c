"""The account through which a bulk issue is funded is the ledger's own: people are shown the source instead."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Transfer


@pytest.fixture
def own(bank) -> Account:
    """The account that a bulk issue of two cards leaves behind."""
    with facade.issuing(bank, merchant_reference="PO-7") as issue:
        issue.add([facade.NewAccount(code, D("10.00")) for code in ("FRSTX7KQ9M2HVT4R", "SCNDX7KQ9M2HVT4R")])
    return Account.objects.get(stands_for=bank)


@pytest.fixture
def admin(client, db):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    return client


@pytest.mark.parametrize(
    "act",
    [
        lambda own: facade.freeze(own),
        lambda own: facade.close(own),
        lambda own: facade.replace(own),
        lambda own: facade.extend(own, None),
        lambda own: facade.hold(own, D("1.00")),
    ],
)
def test_it_cannot_be_frozen_closed_replaced_extended_or_held(own, act, refused):
    with refused(exceptions.ProtectedAccount):
        act(own)


def test_it_has_no_page_and_no_history_for_people(own, admin):
    change, history = (
        reverse(f"admin:accounts_ledger_account_{name}", args=[own.pk]) for name in ("change", "history")
    )

    assert admin.get(change).status_code == 302  # to the start, with a message that there is no such account
    assert admin.get(history).status_code == 404


def test_it_is_in_no_list_search_or_choice(own, admin):
    listed = admin.get(reverse("admin:accounts_ledger_account_changelist")).content.decode()
    searched = admin.get(reverse("admin:accounts_ledger_account_changelist"), {"q": "PO-7"})
    chosen = admin.post(reverse("admin:accounts_ledger_transfer_accounts"), {"term": "PO-7"}).json()["results"]

    assert f"/account/{own.pk}/" not in listed
    assert {card.code for card in searched.context["cl"].queryset} == {"FRSTX7KQ9M2HVT4R", "SCNDX7KQ9M2HVT4R"}
    assert str(own.pk) not in {found["id"] for found in chosen}


def test_a_bulk_action_does_not_reach_it(own, admin):
    admin.post(
        reverse("admin:accounts_ledger_account_changelist"),
        {"action": "freeze_selected", "_selected_action": [own.pk]},
    )

    own.refresh_from_db()
    assert own.is_open()


def test_people_are_shown_the_source_from_which_the_cards_were_loaded(own, bank, admin):
    card = Account.objects.get(code="FRSTX7KQ9M2HVT4R")
    load = Transfer.objects.get(destination=card)

    assert load.shown_source == bank
    page = admin.get(reverse("admin:accounts_ledger_account_change", args=[card.pk])).content.decode()
    assert f"/account/{bank.pk}/" in page
    assert f"/account/{own.pk}/" not in page
    transfers = admin.get(reverse("admin:accounts_ledger_transfer_changelist")).content.decode()
    assert f"/account/{own.pk}/" not in transfers


@pytest.mark.parametrize("slug", ["movements", "statement", "trial-balance", "card-listing", "profit-loss"])
def test_no_report_leads_to_it(own, bank, admin, slug):
    query = {
        "whose": f"#{bank.pk}",
        "accounts": "all",
        "account_type": bank.account_type_id if slug != "movements" else "",
    }
    page = admin.get(reverse("ledger_reports:report", args=[slug]), query)

    assert page.status_code == 200
    assert f"/account/{own.pk}/" not in page.content.decode()


def test_what_is_reversed_of_a_bulk_issue_goes_back_to_the_source(own, bank, books):
    load = Transfer.objects.get(destination__code="FRSTX7KQ9M2HVT4R")
    before = Account.objects.get(pk=bank.pk).balance

    facade.reverse(load, idempotency_key="once")
    facade.reverse(Transfer.objects.get(pk=load.pk), idempotency_key="once")
    own.refresh_from_db()
    bank.refresh_from_db()
    assert (own.balance, bank.balance) == (D("0.00"), before + D("10.00"))


def test_what_is_refunded_of_a_bulk_issue_goes_back_to_the_source(own, bank, books):
    load = Transfer.objects.get(destination__code="FRSTX7KQ9M2HVT4R")
    before = Account.objects.get(pk=bank.pk).balance

    facade.refund(load, D("4.00"))
    bank.refresh_from_db()
    assert bank.balance == before + D("4.00")

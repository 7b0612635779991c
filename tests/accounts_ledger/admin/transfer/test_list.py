"""The list of transfers: what it can be narrowed by, what is found, what is summed."""

import datetime
from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts_ledger import clock, facade
from accounts_ledger.admin import merchant_links
from accounts_ledger.admin.transfer import totals
from accounts_ledger.models import Account, AccountType, GiftCardBatch, Transfer

pytestmark = pytest.mark.usefixtures("books")

LIST = reverse("admin:accounts_ledger_transfer_changelist")


@pytest.fixture
def card(bank):
    with clock.at(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)):
        return facade.issue(bank, D("50.00"), account_type=AccountType.objects.get(code="DEFERRED-INCOME-1"))


@pytest.fixture
def load(card):
    return Transfer.objects.get(destination=card)


@pytest.fixture
def redemption(card, redemptions):
    with clock.at(datetime.datetime(2026, 3, 31, 22, 59, tzinfo=datetime.UTC)):
        return facade.transfer(
            card,
            redemptions,
            D("30.00"),
            merchant_reference="Order-100001",
            description="A blue teapot",
            kind=Transfer.Kind.REDEMPTION,
        )


def listed(client, **filters) -> set[Transfer]:
    return set(client.get(LIST, filters).context["cl"].result_list)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, {"load", "redemption"}),
        ({"kind": "redemption"}, {"redemption"}),
        ({"kind": ["load", "redemption"]}, {"load", "redemption"}),
        ({"amount_from": "30"}, {"load", "redemption"}),
        ({"amount_from": "30.01"}, {"load"}),
        ({"amount_to": "£30.00"}, {"redemption"}),
        ({"date_created_from": "2026-03-02"}, {"redemption"}),
        # 22:59 UTC is 23:59 in London's summer: still that day.
        ({"date_created_to": "2026-03-31"}, {"load", "redemption"}),
        ({"date_created_to": "2026-03-30"}, {"load"}),
        ({"undone": "no"}, {"load", "redemption"}),
        ({"undone": "reversed"}, set()),
        ({"username": "nobody"}, set()),
        ({"q": "100001"}, set()),
        ({"q": "order-100001"}, {"redemption"}),
        ({"q": "teapot"}, {"redemption"}),
    ],
)
def test_the_list_is_narrowed_by(boss_client, load, redemption, filters, names):
    transfers = {"load": load, "redemption": redemption}

    assert listed(boss_client, **filters) == {transfers[name] for name in names}


def test_a_transfer_is_found_by_its_reference_alone(boss_client, load, redemption):
    assert listed(boss_client, q=redemption.reference.lower()) == {redemption}


def test_an_account_is_looked_for_on_either_side(boss_client, card, load, redemption, bank):
    assert listed(boss_client, account=card.pk) == {load, redemption}
    assert listed(boss_client, source=card.pk) == {redemption}
    assert listed(boss_client, destination=card.pk) == {load}
    assert listed(boss_client, account=bank.pk) == {load}


def test_an_account_type_stands_for_its_subtree(boss_client, load, redemption):
    liabilities = AccountType.objects.get(code="LIABILITIES")

    assert listed(boss_client, source_type=liabilities.pk) == {redemption}
    assert listed(boss_client, destination_type=liabilities.pk) == {load}


@pytest.fixture
def batch(bank, card):
    made = GiftCardBatch.objects.create(
        source=bank, account_type=card.account_type, checksum="0" * 64, name="Spring give-away", file_name="spring.csv"
    )
    Account.objects.filter(pk=card.pk).update(batch=made)
    return made


def test_a_batch_stands_for_its_cards_on_either_side(boss_client, bank, load, redemption, batch):
    facade.issue(bank, D("10.00"))

    for term in (batch.reference, batch.reference.lower(), "give-away", "spring.csv"):
        assert listed(boss_client, batch=term) == {load, redemption}
    assert listed(boss_client, batch=batch.reference, kind="load") == {load}


@pytest.mark.parametrize("term", ["no such batch", "%", "x" * 9000, "\x00"])
def test_a_batch_that_is_not_there_finds_nothing(boss_client, load, batch, term):
    assert listed(boss_client, batch=term) == set()


def test_a_batch_costs_no_query_of_its_own(boss_client, load, batch, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        boss_client.get(LIST, {"batch": batch.reference})


def test_reversed_and_refunded_transfers_can_be_told_from_others(boss_client, load, redemption):
    facade.refund(redemption, D("1.00"))

    assert listed(boss_client, undone="refunded") == {redemption}
    assert redemption not in listed(boss_client, undone="no")


def test_the_totals_are_those_of_the_filtered_list(boss_client, load, redemption):
    totals = boss_client.get(LIST, {"kind": "redemption"}).context["cl"].totals

    assert [(total.currency, total.count, total.amount) for total in totals.by_currency] == [("GBP", 1, D("30.00"))]


def test_the_whole_ledger_is_not_summed(boss_client, load):
    assert boss_client.get(LIST).context["cl"].totals is None


def test_totals_stop_at_a_bound(boss_client, load, redemption, monkeypatch):
    monkeypatch.setattr(totals, "BOUND", 1)

    response = boss_client.get(LIST, {"amount_from": "1"})

    assert "Too many transfers to total" in response.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "kind",
        "amount_from",
        "amount_to",
        "date_created_from",
        "date_created_to",
        "account",
        "source",
        "destination",
        "source_type",
        "destination_type",
        "undone",
    ],
)
@pytest.mark.parametrize("value", ["abc", "-1", "1e999", "9" * 400, "a\x00b", "9999-12-31"])
def test_nonsense_in_a_filter_finds_nothing_instead_of_everything(boss_client, load, name, value):
    response = boss_client.get(LIST, {name: value})

    assert response.status_code == 200
    assert not response.context["cl"].result_list
    assert list(response.context["messages"]) or name.startswith("amount")


@pytest.mark.parametrize(
    "parameters",
    [
        {"p": "abc"},
        {"p": "-1"},
        {"p": "9" * 40},
        {"o": "💷"},
        {"q": "\x00"},
        {"q": "x" * 9000},
        {"username": "x" * 9000},
        {"nonsense": "1"},
        {"source__id__in": "x"},
    ],
)
def test_nonsense_elsewhere_is_no_error(boss_client, load, parameters):
    assert boss_client.get(LIST, parameters).status_code in (200, 302, 400)


def test_the_number_of_queries_does_not_grow_with_the_rows(boss_client, bank, load, django_assert_max_num_queries):
    for _row in range(15):
        facade.issue(bank, D("5.00"))

    with django_assert_max_num_queries(12):
        boss_client.get(LIST, {"kind": "load"})


def test_nobody_edits_transfers_not_even_superusers(boss_client, load):
    change = reverse("admin:accounts_ledger_transfer_change", args=(load.pk,))
    assert boss_client.post(change, {"amount": "999"}).status_code == 403
    assert boss_client.get(reverse("admin:accounts_ledger_transfer_add")).status_code == 403
    assert boss_client.post(reverse("admin:accounts_ledger_transfer_delete", args=(load.pk,))).status_code == 403


def test_the_page_shows_both_sides_with_their_running_balances(boss_client, redemption):
    page = boss_client.get(reverse("admin:accounts_ledger_transfer_change", args=(redemption.pk,)))
    debit, credit = page.context["sides"]

    assert ("£50.00" in debit["before"], "£20.00" in debit["after"]) == (True, True)
    assert ("£0.00" in credit["before"], "£30.00" in credit["after"]) == (True, True)


def test_the_page_says_what_undid_the_transfer_and_what_is_left(boss_client, redemption):
    refund = facade.refund(redemption, D("12.00"), description="Cracked")
    page = boss_client.get(reverse("admin:accounts_ledger_transfer_change", args=(redemption.pk,))).content.decode()

    assert refund.reference in page
    assert "Cracked" in page
    assert "£18.00" in page


def test_the_merchant_reference_leads_to_where_the_shop_says(boss_client, redemption, monkeypatch):
    monkeypatch.setattr(merchant_links, "_resolvers", [lambda wanted, user: {"Order-100001": "/shop/1/"}])
    page = boss_client.get(reverse("admin:accounts_ledger_transfer_change", args=(redemption.pk,))).content.decode()

    assert 'href="/shop/1/"' in page


def test_the_history_of_a_transfer_is_the_transfer(boss_client, load):
    response = boss_client.get(reverse("admin:accounts_ledger_transfer_history", args=(load.pk,)))

    assert response.url == reverse("admin:accounts_ledger_transfer_change", args=(load.pk,))

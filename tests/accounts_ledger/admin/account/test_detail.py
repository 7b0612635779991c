"""The page of one account."""

import datetime
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts_ledger import facade
from accounts_ledger.admin import merchant_links
from accounts_ledger.models import Transfer

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def card(bank):
    return facade.issue(bank, D("50.00"), code="ABCD2345EFGH")


def url_of(account) -> str:
    return reverse("admin:accounts_ledger_account_change", args=(account.pk,))


def page(client, account, **query):
    return client.get(url_of(account), query)


def figures(response) -> dict:
    return {str(card["title"]): card["figure"] for card in response.context["cards"]}


def test_the_cards_say_what_came_in_what_was_spent_and_what_is_left(boss_client, card, bank, redemptions):
    facade.top_up(card, bank, D("10"))
    order = facade.transfer(card, redemptions, D("30"), kind=Transfer.Kind.REDEMPTION)
    facade.refund(order, D("5"))
    facade.hold(card, D("15"))

    shown = figures(page(boss_client, card))

    assert shown["Initial value"] == "£50.00"
    assert shown["Spent"] == "£25.00"
    assert (shown["Balance"], shown["Available"]) == ("£35.00", "£20.00")


def test_the_statement_has_running_balances_newest_first(boss_client, card, redemptions):
    facade.transfer(card, redemptions, D("30"), merchant_reference="100042", kind=Transfer.Kind.REDEMPTION)

    lines = page(boss_client, card).context["lines"]

    assert [(line["debit"], line["credit"], line["balance"]) for line in lines] == [
        ("£30.00", "", "£20.00"),
        ("", "£50.00", "£50.00"),
    ]
    assert [str(line["counter"]) for line in lines] == ["Redemptions", "Bank"]


def test_the_statement_has_pages(boss_client, card, redemptions):
    for _number in range(12):
        facade.transfer(card, redemptions, D("1"))

    first, second = (page(boss_client, card, page=number).context["lines"] for number in ("1", "2"))
    assert [line["balance"] for line in first] == [f"£{left}.00" for left in range(38, 48)]
    assert [line["balance"] for line in second] == ["£48.00", "£49.00", "£50.00"]


def test_core_accounts_have_no_initial_value(boss_client, card, bank):
    assert set(figures(page(boss_client, bank))) == {"Balance", "Available", "Expiry"}


def test_a_statement_line_links_to_its_order(boss_client, card, redemptions, monkeypatch):
    monkeypatch.setattr(merchant_links, "_resolvers", [lambda references, user: {"100042": "/the/order/"}])
    facade.transfer(card, redemptions, D("30"), merchant_reference="100042", kind=Transfer.Kind.REDEMPTION)

    assert 'href="/the/order/"' in page(boss_client, card).content.decode()


def test_the_page_costs_as_much_for_a_long_history_as_for_a_short_one(
    boss_client, card, bank, redemptions, django_assert_num_queries, django_assert_max_num_queries
):
    for _number in range(30):
        facade.transfer(card, redemptions, D("1"), merchant_reference="100042")
    page(boss_client, card)

    with django_assert_max_num_queries(32):
        page(boss_client, card)


def test_open_holds_are_shown(boss_client, card):
    hold = facade.hold(card, D("5"), merchant_reference="basket-7")

    content = page(boss_client, card).content.decode()

    assert hold.reference in content
    assert "basket-7" in content


def test_a_code_is_masked_even_for_those_who_may_see_it(boss_client, card):
    content = page(boss_client, card).content.decode()

    assert "ABCD2345EFGH" not in content
    assert "ABCD-2345-EFGH" not in content


def test_revealing_a_code_is_recorded(boss_client, card):
    response = boss_client.post(reverse("admin:accounts_ledger_account_reveal", args=(card.pk,)))

    assert "ABCD-2345-EFGH" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    newest = card.history.first()
    assert (newest.history_change_reason, newest.history_user.username) == ("Code revealed", "boss")


def test_a_code_is_not_revealed_by_a_link(boss_client, card):
    response = boss_client.get(reverse("admin:accounts_ledger_account_reveal", args=(card.pk,)))

    assert response.status_code == 405
    assert card.history.count() == 1


def test_whoever_may_not_see_codes_is_not_offered_to(staff_client, card):
    client = staff_client("view_account")

    assert "reveal" not in page(client, card).content.decode()


@pytest.mark.parametrize("object_id", ["999999", "abc", "9" * 40])
def test_revealing_the_code_of_no_account_finds_nothing(boss_client, object_id):
    assert boss_client.post(f"/admin/accounts_ledger/account/{object_id}/reveal/").status_code == 404


def test_a_replaced_card_and_its_replacement_lead_to_one_another(boss_client, card):
    new = facade.replace(card)

    assert url_of(new) in page(boss_client, card).content.decode()
    assert url_of(card) in page(boss_client, new).content.decode()


@pytest.mark.parametrize(
    ("state", "offered", "not_offered"),
    [
        ("open", {"top-up", "withdraw", "freeze", "replace", "close", "extend"}, {"thaw"}),
        ("frozen", {"thaw", "replace"}, {"top-up", "withdraw", "freeze"}),
        ("closed", set(), {"top-up", "withdraw", "freeze", "thaw", "replace", "close", "extend", "transfer-out"}),
        ("core", {"transfer-out"}, {"top-up", "withdraw", "freeze", "thaw", "replace", "close", "extend"}),
    ],
)
def test_only_what_makes_sense_is_offered(boss_client, card, bank, state, offered, not_offered):
    facade.thaw(facade.freeze(card))
    account = card
    if state == "open":
        type(card).objects.filter(pk=card.pk).update(end_date=timezone.now() + datetime.timedelta(days=5))
    elif state == "frozen":
        facade.freeze(card)
    elif state == "closed":
        facade.close(card, remainder_to=bank)
    else:
        account = bank

    content = page(boss_client, account).content.decode()

    assert {action for action in offered if f"/{account.pk}/{action}/" not in content} == set()
    assert {action for action in not_offered if f"/{account.pk}/{action}/" in content} == set()


def test_a_name_is_never_run_as_a_script(boss_client, bank):
    card = facade.issue(bank, D("5"), name="<script>alert(1)</script>", description="<img src=x onerror=alert(1)>")
    facade.freeze(card, reason="<b>bold</b>")

    content = page(boss_client, card).content.decode()

    assert "<script>alert(1)" not in content
    assert "<img src=x" not in content
    assert "<b>bold" not in content


def test_the_form_reads_only_the_customers_that_are_chosen(boss_client, card, boss):
    user_model = type(boss)
    user_model.objects.bulk_create(user_model(username=f"crowd{n}", email=f"crowd{n}@example.com") for n in range(30))
    friend = user_model.objects.get(username="crowd7")
    card.secondary_users.add(friend)

    content = page(boss_client, card).content.decode()

    assert "crowd7@example.com" in content
    assert "crowd8@example.com" not in content.partition("History of changes")[0]


def test_the_whole_statement_is_there_as_a_report_and_as_files(boss_client, card, redemptions):
    facade.transfer(card, redemptions, D("30"), kind=Transfer.Kind.REDEMPTION)
    response = page(boss_client, card)
    report, as_csv, as_xlsx = [url for _label, url in response.context["statement_reports"]]

    assert "Statement as a report" in response.content.decode()
    assert [len(table["rows"]) for table in boss_client.get(report).context["tables"]] == [4]  # opening and closing
    lines = b"".join(boss_client.get(as_csv).streaming_content).decode()
    assert ("30.00" in lines, "20.00" in lines) == (True, True)
    assert b"".join(boss_client.get(as_xlsx).streaming_content).startswith(b"PK")  # a workbook is a ZIP file


def test_a_core_account_leads_to_the_period_that_the_report_begins_with(boss_client, card, bank):
    report, *_files = [url for _label, url in page(boss_client, bank).context["statement_reports"]]

    assert "start=" not in report
    assert boss_client.get(report).status_code == 200


def test_only_those_who_may_see_reports_are_led_to_them(staff_client, card):
    assert "Statement as a report" not in page(staff_client("view_account"), card).content.decode()


def test_an_account_without_any_history_of_changes_has_a_page(boss_client, card):
    card.history.all().delete()

    assert page(boss_client, card).status_code == 200

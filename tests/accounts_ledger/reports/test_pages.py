"""Reports as people meet them: pages, files, parameters in the URL."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal as D
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.http import QueryDict
from django.urls import reverse
from openpyxl import load_workbook

from accounts_ledger import chart, facade
from accounts_ledger.files import xlsx_writer
from accounts_ledger.models import Account
from accounts_ledger.reports.catalogue import REPORTS
from tests.accounts_ledger.test_verification import guards_lifted, sql

SLUGS = [report.slug for report in REPORTS]


@pytest.fixture
def reader(client, db):
    """A member of staff who may see reports, and nothing else."""
    user = get_user_model().objects.create_user("reader", "reader@example.com", "secret-secret", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_reports"))
    client.force_login(user)
    return client


@pytest.fixture
def card(bank, books) -> Account:
    return facade.issue(bank, D("50.00"), account_type=chart.deferred_income_types()[0], name='=HYPERLINK("x")')


def url(slug: str, query: str = "") -> str:
    return reverse("ledger_reports:report", args=[slug]) + query


def text_of(response) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_report_has_a_page(reader, card, slug):
    assert reader.get(url(slug)).status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
def test_every_report_is_to_be_had_as_csv(reader, card, slug):
    response = reader.get(url(slug, "?format=csv"))

    assert response["Content-Type"].startswith("text/csv")
    assert "reader" in text_of(response)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_report_is_to_be_had_as_xlsx(reader, card, slug):
    response = reader.get(url(slug, "?format=xlsx"))

    workbook = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert workbook.sheetnames[-1] == "About"


def test_a_report_with_more_rows_than_a_sheet_is_refused_as_a_workbook_only(reader, card, monkeypatch):
    monkeypatch.setattr(xlsx_writer, "MAX_ROWS", 1)

    response = reader.get(url("card-listing", "?format=xlsx&currency=GBP"), follow=True)

    assert response.redirect_chain == [(url("card-listing", "?format=&currency=GBP"), 302)]
    assert "Choose CSV" in response.content.decode()
    assert "HYPERLINK" in text_of(reader.get(url("card-listing", "?format=csv")))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_report_needs_the_permission(client, db, slug):
    user = get_user_model().objects.create_user("nosy", "nosy@example.com", "secret-secret", is_staff=True)
    client.force_login(user)

    assert client.get(url(slug)).status_code == 403


def test_customers_are_sent_to_the_login(client, db):
    assert client.get(url("deferred-income")).status_code == 302


def test_the_index_lists_every_report(reader):
    page = reader.get(reverse("ledger_reports:index")).content.decode()

    assert all(url(slug) in page for slug in SLUGS)


def test_page_and_csv_show_the_same_figures(reader, card):
    page = reader.get(url("deferred-income")).content.decode()
    rows = list(csv.reader(io.StringIO(text_of(reader.get(url("deferred-income", "?format=csv"))))))

    assert "£50.00" in page
    assert rows[1][:3] == ["Gift cards", "50.00", "1"]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_link_of_a_report_leads_to_a_page(reader, card, redemptions, slug):
    facade.transfer(card, redemptions, D("20.00"), kind="redemption")
    query = {"account_type": card.account_type_id, "whose": f"#{card.pk}"}

    page = reader.get(url(slug), query).content.decode()

    assert links_of(page) or slug in ("exceptions", "activity", "movements")
    assert {link: reader.get(link).status_code for link in links_of(page)} == dict.fromkeys(links_of(page), 200)


def links_of(page):
    """The reports that the cells of a report lead to."""
    return {unescape(link) for link in re.findall(r'<td[^>]*>\s*<a[^>]*href="([^"]*/reports/[^"]+)"', page)}


@pytest.mark.parametrize("slug", ["statement", "roll-forward"])
def test_the_opening_before_the_earliest_day_leads_to_a_page(reader, card, slug):
    page = reader.get(url(slug, f"?start=1970-01-02&whose=%23{card.pk}")).content.decode()

    openings = [link for link in links_of(page) if "end=1970" in link]
    assert openings
    assert {reader.get(link).status_code for link in openings} == {200}


@pytest.fixture
def wrong_balance(card):
    """A running balance that its transactions do not add up to, for as long as the test runs."""
    change = "UPDATE accounts_ledger_transaction SET balance = balance {} 1 WHERE account_id = {}"
    with guards_lifted():
        sql(change.format("+", card.pk))
    yield
    with guards_lifted():
        sql(change.format("-", card.pk))


def test_a_proof_that_holds_is_green(reader, card):
    page = reader.get(url("roll-forward")).content.decode()

    assert "bg-green-100" in page
    assert "These figures do not agree" not in page


def test_a_proof_that_does_not_hold_is_a_red_banner_with_the_figures(reader, wrong_balance):
    page = reader.get(url("roll-forward")).content.decode()

    assert "bg-red-600" in page
    assert "These figures do not agree" in page
    assert "Balances £51.00" in page


def test_a_proof_that_does_not_hold_says_so_in_the_files_too(reader, wrong_balance):
    assert "DOES NOT HOLD" in text_of(reader.get(url("roll-forward", "?format=csv")))


def test_what_is_printed_has_all_rows_on_one_page(reader, card, redemptions):
    for _number in range(51):
        facade.transfer(card, redemptions, D("0.10"), kind="redemption")

    on_screen = reader.get(url("statement", f"?whose=%23{card.pk}")).content.decode()
    printed = reader.get(url("statement", f"?whose=%23{card.pk}&format=print")).content.decode()

    assert "Page 1 of 2" in on_screen
    assert "Page 1 of" not in printed
    assert "£44.90" in printed


def test_a_name_that_looks_like_a_formula_is_only_text_in_files(reader, card):
    assert "'=HYPERLINK" in text_of(reader.get(url("card-listing", "?format=csv")))


@pytest.mark.parametrize(
    "query",
    [
        "?as_of=31/02/2026",
        "?as_of=nonsense",
        "?as_of=0001-01-01",
        "?as_of=9999-12-31",
        "?currency=XXX",
        "?as_of=%00",
        "?as_of=10000000000000000",
        "?currency=%F0%9F%92%A3",
    ],
)
def test_a_bad_parameter_is_refused_with_a_reason(reader, query):
    response = reader.get(url("deferred-income", query))

    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


@pytest.mark.parametrize(
    ("slug", "query"),
    [
        ("movements", "?account_type=999999"),
        ("movements", "?account_type=x"),
        ("movements", "?account_type=99999999999999999999999"),
        ("movements", "?account=-1"),
        ("movements", "?account=99999999999999999999999"),
        ("movements", "?account=1.5"),
        ("movements", "?account=NaN"),
        ("movements", "?line=nonsense"),
        ("movements", "?side=both"),
        ("movements", "?accounts=mine"),
        ("movements", "?issued=2026-13"),
        ("movements", "?types_at=tomorrow"),
        ("card-listing", "?expires=9999-12"),
        ("card-listing", "?expiry=soon"),
        ("exceptions", "?large=-1"),
        ("exceptions", "?large=1e400"),
        ("exceptions", "?large=Infinity"),
        ("activity", "?kind=nonsense"),
        ("activity", "?username=%00"),
        ("activity", "?amount=NaN"),
        ("profit-loss", "?start=1970-01-01"),
        ("breakage", "?as_of=2026-02-30"),
    ],
)
def test_junk_in_the_address_is_refused_with_a_reason(reader, slug, query):
    response = reader.get(url(slug, query))

    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


@pytest.mark.parametrize(
    "query", ["?page0=-1", "?page0=x", "?page0=99999999999999999999", "?format=exe", "?unknown=1", "?account="]
)
def test_what_a_report_does_not_know_changes_nothing(reader, card, query):
    assert reader.get(url("movements", query)).status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("days", ["start=1970-01-02&end=2036-01-01", "as_of=1970-01-02", "as_of=2036-01-01"])
def test_the_earliest_and_the_latest_days_are_no_trouble(reader, card, slug, days):
    assert reader.get(url(slug, f"?{days}&whose=Bank")).status_code == 200


def test_a_period_that_ends_before_it_starts_is_refused(reader):
    response = reader.get(url("roll-forward", "?start=2026-02-01&end=2026-01-01"))

    assert response.status_code == 400
    assert "ends before it starts" in response.content.decode()


@pytest.mark.parametrize("whose", ["nobody@example.com", "#0", "#99999999999999999999", "NO-SUCH-CODE", "%00", "'; --"])
def test_a_statement_for_nobody_says_so(reader, whose):
    response = reader.get(url("statement"), {"whose": whose})

    assert response.status_code == 400


@pytest.fixture
def coded(bank, books) -> Account:
    return facade.issue(bank, D("10.00"), code="ABCD-EFGH-JKMN", name="Birthday")


@pytest.mark.parametrize("method", ["post", "get"])
def test_a_code_leads_to_an_address_without_it(reader, coded, method):
    asked = {"whose": " ABCD–efgh jkmn", "start": "2026-01-01", "currency": "GBP"}
    response = getattr(reader, method)(url("statement"), asked)

    assert response.status_code == 302
    assert QueryDict(urlsplit(response.url).query).dict() == {
        "whose": f"#{coded.pk}",
        "start": "2026-01-01",
        "currency": "GBP",
    }


def test_a_code_is_looked_for_and_then_nowhere_on_the_page(reader, coded):
    page = reader.post(url("statement"), {"whose": "abcd efgh jkmn"}, follow=True).content.decode()

    assert "£10.00" in page
    assert not re.search("abcd.?efgh.?jkmn", page, re.IGNORECASE)


def test_the_files_of_a_statement_are_linked_by_number(reader, coded):
    page = reader.post(url("statement"), {"whose": "abcd efgh jkmn"}, follow=True).content.decode()

    links = [unescape(link) for link in re.findall(r'href="(\?[^"]*format=[^"]*)"', page)]
    assert len(links) == 3
    assert all(f"whose=%23{coded.pk}" in link for link in links)
    assert "10.00" in text_of(reader.get(url("statement", links[0])))


def test_a_code_with_a_typo_stays_out_of_the_address(reader, coded):
    response = reader.post(url("statement"), {"whose": "abcd efgh jkmm"})

    assert response.status_code == 400
    assert "No account or customer matches" in response.content.decode()


def test_a_name_stays_in_the_address(reader, coded):
    assert "whose=Birthday" in reader.post(url("statement"), {"whose": "Birthday"}).url


def test_the_form_of_a_report_leads_to_the_page_with_what_was_chosen(reader, card):
    asked = {"accounts": "all", "line": ["redeemed", "sold"], "csrfmiddlewaretoken": "x"}

    response = reader.post(url("movements"), asked)

    assert response.url == url("movements", "?accounts=all&line=redeemed&line=sold")
    assert reader.get(response.url).status_code == 200


def test_the_form_of_a_report_is_posted_with_its_token(reader, card):
    page = reader.get(url("statement", "?page0=2&format=print")).content.decode()

    assert re.search(rf'<form method="post" action="{url("statement")}"[^>]*>\s*<input[^>]*csrfmiddlewaretoken', page)


def test_a_statement_of_a_customer_has_all_accounts_of_theirs(reader, bank, books):
    customer = get_user_model().objects.create_user("carla", "carla@example.com", "secret-secret")
    for _card in range(2):
        facade.issue(bank, D("10.00"), primary_user=customer)

    page = reader.get(url("statement"), {"whose": "Carla@Example.com"}).content.decode()

    assert page.count("Opening") >= 2


def test_an_unknown_report_is_not_found(reader):
    assert reader.get(url("no-such-report")).status_code == 404
    assert reader.post(url("no-such-report")).status_code == 404


def test_codes_are_masked_on_reports(reader, bank, books):
    account_type = chart.deferred_income_types()[0]
    facade.issue(bank, D("10.00"), code="SECRETCODE99", account_type=account_type)

    for slug in ("card-listing", "movements", "activity"):
        assert "SECRETCODE99" not in reader.get(url(slug)).content.decode()
        assert "SECRETCODE99" not in text_of(reader.get(url(slug, "?format=csv")))


@pytest.mark.parametrize("slug", ["deferred-income", "profit-loss", "roll-forward", "trial-balance", "breakage"])
def test_a_summary_takes_at_most_ten_queries(card, slug, django_assert_max_num_queries):
    from accounts_ledger.reports.catalogue import report_named

    report_class = report_named(slug)
    parameters = report_class.filter_class({})
    assert parameters.is_valid()

    with django_assert_max_num_queries(10):
        [list(table.all_rows()) for table in report_class().run(parameters).tables]

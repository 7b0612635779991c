"""The search box of the list of accounts: where it leads, and that no code gets into an address."""

from decimal import Decimal as D
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts_ledger import codes, facade

pytestmark = pytest.mark.usefixtures("books")

LIST = "/admin/accounts_ledger/account/"
FIND = LIST + "find/"
CODE = "ABCD2345EFGH"


@pytest.fixture
def card(bank):
    return facade.issue(bank, D("50.00"), code=CODE, name="A birthday")


@pytest.fixture
def another(bank):
    return facade.issue(bank, D("20.00"), name="Another birthday")


def led_to(client, **given) -> str:
    response = client.post(FIND, given)
    assert response.status_code == 302
    return response.url


@pytest.mark.parametrize("typed", [CODE, "abcd-2345-efgh", " ABCD 2345 EFGH ", "ABCD–2345–EFGH"])
def test_a_code_leads_to_its_account(boss_client, card, typed):
    assert led_to(boss_client, q=typed, status="Frozen") == f"{LIST}{card.pk}/change/"


def test_what_means_one_account_leads_to_it(boss_client, card, another):
    assert led_to(boss_client, q="another") == f"{LIST}{another.pk}/change/"


def test_what_means_several_leads_to_the_list_with_its_filters(boss_client, card, another):
    address = urlsplit(led_to(boss_client, q="birthday", status=["Open", "Frozen"], csrfmiddlewaretoken="x"))

    assert address.path == LIST
    assert parse_qs(address.query) == {"q": ["birthday"], "status": ["Open", "Frozen"]}


def test_a_code_with_a_typo_is_not_in_the_address_either(boss_client, card):
    assert led_to(boss_client, q="ABCD2345EFGJ", status="Open") == f"{LIST}?status=Open"


def test_whoever_found_nothing_is_told_so(boss_client, card):
    response = boss_client.post(FIND, {"q": "ABCD2345EFGJ"}, follow=True)

    assert "No accounts match" in response.content.decode()
    assert "ABCD2345EFGJ" not in response.content.decode()


def test_an_empty_search_leads_to_the_whole_list(boss_client, card):
    assert led_to(boss_client, q=" ") == LIST


@pytest.mark.parametrize("term", ["x" * 5000, "a\x00b", "💷", "%", "' OR 1=1", "-" * 50])
def test_nonsense_finds_nothing(boss_client, card, term):
    assert led_to(boss_client, q=term) == LIST


def test_a_code_in_an_address_is_led_out_of_it(boss_client, card):
    assert boss_client.get(LIST, {"q": codes.display(CODE)}).url == f"{LIST}{card.pk}/change/"


def test_whoever_may_not_see_accounts_learns_nothing(staff_client, card):
    client = staff_client("view_hold")

    assert client.post(FIND, {"q": CODE}).status_code == 403
    assert client.get(LIST, {"q": CODE}).status_code == 403


def test_the_search_box_is_posted(boss_client, card):
    content = boss_client.get(LIST).content.decode()

    assert f'method="post" action="{FIND}"' in content

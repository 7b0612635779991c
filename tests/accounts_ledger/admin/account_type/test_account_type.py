"""The chart of accounts in the admin: the tree, renaming, moving, and what cannot be done."""

from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts_ledger import facade
from accounts_ledger.models import Account, AccountType
from tests.confirming import confirm

pytestmark = pytest.mark.usefixtures("books")

LIST = reverse("admin:accounts_ledger_accounttype_changelist")
ADD = reverse("admin:accounts_ledger_accounttype_add")


def node(code: str) -> AccountType:
    return AccountType.objects.get(code=code)


@pytest.fixture
def spare(db):
    return node("DEFERRED-INCOME").add_child(name="Vouchers")


def page(action: str, account_type: AccountType) -> str:
    return reverse(f"admin:accounts_ledger_accounttype_{action}", args=(account_type.pk,))


def save(client, account_type, **changes):
    parent = account_type.get_parent()
    data = {
        "name": account_type.name,
        "code": account_type.code or "",
        "reason": "",
        "parent": parent.pk if parent else "",
    }
    return confirm(client, page("change", account_type), {**data, **changes})


def row(client, name: str) -> str:
    table = client.get(LIST).content.decode().split('id="result_list"')[1]
    rows = table.split('<tr class="data-row')
    return next(row for row in rows if f">{name}<" in row)


def test_every_node_shows_its_subtrees_accounts_and_money(boss_client, bank):
    facade.issue(bank, D("50.00"), account_type=node("DEFERRED-INCOME-1"))
    facade.issue(bank, D("25.00"), account_type=node("DEFERRED-INCOME-2"))

    assert "£75.00" in row(boss_client, "Deferred income")
    assert "£50.00" in row(boss_client, "Gift cards")
    assert "-£75.00" in row(boss_client, "Cash")


def test_balances_of_different_currencies_are_not_added_up(boss_client, bank):
    Account.objects.create(account_type=node("CASH"), currency="USD")

    assert "US$0.00" in row(boss_client, "Cash")


def test_the_list_costs_the_same_however_many_types_there_are(boss_client, django_assert_max_num_queries):
    for number in range(20):
        node("DEFERRED-INCOME").add_child(name=f"Type {number}")

    with django_assert_max_num_queries(10):
        boss_client.get(LIST)


def test_a_type_is_added_below_another_with_a_reason_for_the_history(boss_client, boss):
    parent = node("DEFERRED-INCOME")
    boss_client.post(ADD, {"name": "Vouchers", "code": " vouchers ", "parent": parent.pk, "reason": "Christmas"})

    added = node("VOUCHERS")
    record = added.history.get()
    assert added.get_parent() == parent
    assert (record.history_user, record.history_change_reason) == (boss, "Christmas")


def test_a_type_the_system_relies_on_can_be_renamed(boss_client):
    save(boss_client, node("CASH"), name="Bank accounts")

    assert node("CASH").name == "Bank accounts"


def test_a_type_the_system_relies_on_is_not_moved(boss_client):
    save(boss_client, node("CASH"), parent=node("LIABILITIES").pk)

    assert node("CASH").get_parent() == node("ASSETS")


def test_a_code_once_given_does_not_change(boss_client):
    save(boss_client, node("DEFERRED-INCOME-1"), code="CARDS")

    assert not AccountType.objects.filter(code="CARDS").exists()


def test_a_type_is_moved_with_its_subtree_and_the_history_says_so(boss_client, spare):
    AccountType.objects.get(pk=spare.pk).add_child(name="Paper", code="PAPER")
    save(boss_client, AccountType.objects.get(pk=spare.pk), parent=node("LIABILITIES").pk, reason="Clearer")

    moved = AccountType.objects.get(pk=spare.pk)
    assert moved.get_parent() == node("LIABILITIES")
    assert node("PAPER").get_parent() == moved
    assert moved.history.first().history_change_reason == "Moved under Liabilities. Clearer"


def test_a_type_can_move_to_the_top(boss_client, spare):
    save(boss_client, AccountType.objects.get(pk=spare.pk), parent="")

    assert AccountType.objects.get(pk=spare.pk).is_root()


def test_a_type_with_accounts_does_not_leave_deferred_income(boss_client, bank):
    facade.issue(bank, D("50.00"), account_type=node("DEFERRED-INCOME-1"))
    response = save(boss_client, node("DEFERRED-INCOME-1"), parent=node("ASSETS").pk)

    assert "past reports would change" in response.content.decode()
    assert node("DEFERRED-INCOME-1").get_parent() == node("DEFERRED-INCOME")


def test_a_type_does_not_move_below_itself(boss_client, spare):
    below = AccountType.objects.get(pk=spare.pk).add_child(name="Paper")
    response = save(boss_client, AccountType.objects.get(pk=spare.pk), parent=below.pk)

    assert "parent" in response.context["adminform"].form.errors


def test_the_tree_does_not_grow_without_end(boss_client):
    deepest = node("DEFERRED-INCOME")
    while deepest.depth < 10:
        deepest = AccountType.objects.get(pk=deepest.pk).add_child(name=f"Level {deepest.depth + 1}")
    response = boss_client.post(ADD, {"name": "Too deep", "parent": deepest.pk})

    assert "parent" in response.context["adminform"].form.errors


def test_an_unused_type_is_deleted(boss_client, spare):
    confirm(boss_client, page("delete", spare))

    assert not AccountType.objects.filter(pk=spare.pk).exists()
    assert node("DEFERRED-INCOME").numchild == 3


@pytest.mark.parametrize("code", ["CASH", "DEFERRED-INCOME-1", "LIABILITIES"])
def test_what_the_system_relies_on_is_not_deleted(boss_client, code):
    assert boss_client.post(page("delete", node(code)), {"post": "yes"}).status_code == 403
    assert node(code)


def test_a_type_with_accounts_is_not_deleted_and_its_page_says_why(boss_client, bank, spare):
    facade.issue(bank, D("5.00"), account_type=AccountType.objects.get(pk=spare.pk))

    assert boss_client.post(page("delete", spare), {"post": "yes"}).status_code == 403
    assert "There are accounts of this type" in boss_client.get(page("change", spare)).content.decode()


def test_the_history_page_says_who_changed_what_and_why(boss_client, spare):
    save(boss_client, AccountType.objects.get(pk=spare.pk), name="Paper vouchers", reason="Marketing asked")
    history = boss_client.get(page("history", spare)).content.decode()

    for expected in ("boss", "Vouchers → Paper vouchers", "Marketing asked"):
        assert expected in history


def test_no_former_version_is_brought_back(boss_client, spare):
    save(boss_client, AccountType.objects.get(pk=spare.pk), name="Paper vouchers")
    first = spare.history.last()
    former = reverse("admin:accounts_ledger_accounttype_simple_history", args=(spare.pk, first.pk))

    assert boss_client.post(former, {"name": "Vouchers", "code": "", "parent": "", "reason": ""}).status_code == 403
    assert boss_client.get(former).url == page("history", spare)
    spare.refresh_from_db()
    assert spare.name == "Paper vouchers"


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""},
        {"name": "x" * 5000},
        {"name": "a\x00b"},
        {"code": "cash"},
        {"code": "x" * 5000},
        {"parent": "abc"},
        {"parent": "9" * 40},
        {"parent": "💷"},
        {"reason": "x" * 5000},
    ],
)
def test_nonsense_is_refused_on_the_form(boss_client, given):
    response = boss_client.post(ADD, {"name": "New", "code": "", "parent": "", "reason": "", **given})

    assert list(response.context["adminform"].form.errors) == list(given)


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30, "9" * 5000, "abc", "💳", "-1"])
@pytest.mark.parametrize("suffix", ["change", "history", "delete", "history/1"])
def test_nonsense_for_a_type_is_not_found(boss_client, pk, suffix):
    assert boss_client.get(f"/admin/accounts_ledger/accounttype/{pk}/{suffix}/").status_code in (302, 404)

"""The chart of accounts: made by command and on migrate, found by codes that never change."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings

from accounts_ledger import chart, conf, exceptions
from accounts_ledger.models import Account, AccountType

pytestmark = pytest.mark.django_db


def tree() -> list[tuple[int, str]]:
    return [(node.depth, node.name) for node in AccountType.get_tree()]


def test_migrating_makes_the_chart_of_the_predecessor():
    assert tree() == [
        (1, "Assets"),
        (2, "Sales"),
        (2, "Cash"),
        (2, "Unpaid"),
        (1, "Liabilities"),
        (2, "Deferred income"),
        (3, "Gift cards"),
        (3, "Store credit"),
        (3, "Loyalty"),
    ]


def test_the_core_accounts_are_where_they_belong(bank, redemptions, lapsed, merchant_funded):
    assert [account.account_type.full_name for account in (bank, redemptions, lapsed, merchant_funded)] == [
        "Assets / Cash",
        "Assets / Sales",
        "Assets / Sales",
        "Assets / Unpaid",
    ]
    assert [account.name for account in (bank, redemptions, lapsed, merchant_funded)] == [
        "Bank",
        "Redemptions",
        "Lapsed",
        "Merchant funded",
    ]


def test_sources_have_no_credit_limit_and_sales_have_none_at_all(bank, redemptions, lapsed):
    assert [source.credit_limit for source in chart.sources()] == [None] * 3
    assert chart.sources()[0] == bank
    assert (redemptions.credit_limit, lapsed.credit_limit) == (0, 0)


def test_making_it_again_changes_nothing():
    before = (tree(), Account.objects.count())

    assert chart.init() == []
    assert (tree(), Account.objects.count()) == before


def test_the_command_says_what_it_made():
    Account.objects.get(chart_code="BANK:GBP").delete()
    out = StringIO()
    call_command("init_accounts", stdout=out, no_color=True)

    assert "Created Bank" in out.getvalue()
    assert "(1 created)" in out.getvalue()


def test_staff_may_rename_everything(bank):
    Account.objects.filter(pk=bank.pk).update(name="Barclays 1234")
    AccountType.objects.filter(code=chart.DEFERRED_INCOME).update(name="Gutscheine")

    assert chart.bank() == bank
    assert chart.init() == []
    assert [node.name for node in chart.deferred_income_types()] == ["Gift cards", "Store credit", "Loyalty"]


def test_a_customers_account_may_have_the_name_of_a_core_account(bank):
    Account.objects.filter(pk=bank.pk).update(name="Barclays 1234")
    Account.objects.create(name="Bank")

    assert chart.bank() == bank


def test_nobody_can_spend_a_core_account_by_typing_its_code(bank, redemptions, lapsed, merchant_funded):
    assert [account.code for account in (bank, redemptions, lapsed, merchant_funded)] == [None] * 4
    for typed in ("BANK", "BANK:GBP", "Bank", "UNPAID-1:GBP", ""):
        assert not Account.objects.filter(code=typed).exists()


def test_a_card_may_have_a_core_accounts_code(bank):
    card = Account.objects.create(code="BANK")

    assert chart.bank() == bank != card
    assert not card.is_core
    assert bank.is_core


def test_every_currency_in_use_has_core_accounts_of_its_own(bank):
    with override_settings(ACCOUNTS_OTHER_CURRENCIES=("EUR", "JPY")):
        created = chart.init()
        assert chart.init() == []

    assert "Bank (EUR)" in created
    assert chart.bank("EUR").currency == "EUR"
    assert chart.bank("EUR") != chart.bank() == bank
    assert [source.currency for source in chart.sources("JPY")] == ["JPY"] * 3


def test_a_core_account_that_is_missing_is_asked_for_by_name():
    with pytest.raises(exceptions.AccountNotFound, match="init_accounts"):
        chart.bank("EUR")


def test_names_come_from_the_settings():
    Account.objects.all().delete()
    AccountType.objects.all().delete()
    with override_settings(
        ACCOUNTS_BANK_NAME="Kasse",
        ACCOUNTS_REDEMPTIONS_NAME="Einlösungen",
        ACCOUNTS_LAPSED_NAME="Verfallen",
        ACCOUNTS_UNPAID_SOURCES=("Kulanz", "Werbung"),
        ACCOUNTS_DEFERRED_INCOME_ACCOUNT_TYPES=("Gutscheine",),
    ):
        chart.init()

    assert [chart.bank().name, chart.redemptions().name, chart.lapsed().name] == ["Kasse", "Einlösungen", "Verfallen"]
    assert [source.name for source in chart.unpaid_sources()] == ["Kulanz", "Werbung"]
    assert [node.name for node in chart.deferred_income_types()] == ["Gutscheine"]


# --- Settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(conf.DEFAULTS))
def test_every_setting_has_a_default_and_can_be_set(name, settings):
    if hasattr(settings, name):
        delattr(settings, name)
    assert conf.get(name) == conf.DEFAULTS[name]
    with override_settings(**{name: "set"}):
        assert conf.get(name) == "set"


def test_a_setting_that_does_not_exist_is_a_typo():
    with pytest.raises(KeyError):
        conf.get("ACCOUNTS_BANK_NAMEE")


def test_currencies_begin_with_the_default_one_and_do_not_repeat():
    with override_settings(OSCAR_DEFAULT_CURRENCY="EUR", ACCOUNTS_OTHER_CURRENCIES=("GBP", "EUR")):
        assert conf.currencies() == ("EUR", "GBP")
        assert Account().currency == "EUR"

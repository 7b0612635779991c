"""Settings with which the ledger would go wrong stop the start."""

import pytest

from accounts_ledger.checks import check_currencies


def ids(settings, default: str, *others: str) -> list[str]:
    settings.OSCAR_DEFAULT_CURRENCY = default
    settings.ACCOUNTS_OTHER_CURRENCIES = others
    return [error.id for error in check_currencies()]


def test_currencies_with_two_decimals_or_none_are_fine(settings):
    assert ids(settings, "GBP", "EUR", "JPY") == []


def test_a_currency_with_three_decimals_is_refused(settings):
    assert ids(settings, "GBP", "KWD") == ["accounts_ledger.E002"]


@pytest.mark.parametrize("currency", ["", "gbp", "£", "POUND"])
def test_what_is_not_a_currency_code_is_refused(settings, currency):
    assert ids(settings, currency) == ["accounts_ledger.E001"]

"""Settings with which the ledger would go wrong stop the start."""

import pytest

from accounts_ledger import codes
from accounts_ledger.checks import check_code_prefixes, check_currencies


def ids(settings, default: str, *others: str) -> list[str]:
    settings.OSCAR_DEFAULT_CURRENCY = default
    settings.ACCOUNTS_OTHER_CURRENCIES = others
    return [error.id for error in check_currencies()]


def test_currencies_with_two_decimals_or_none_are_fine(settings):
    assert ids(settings, "GBP", "EUR", "JPY") == []


def test_a_currency_with_three_decimals_is_refused(settings):
    assert ids(settings, "GBP", "KWD") == ["accounts_ledger.E002"]


@pytest.mark.parametrize("currency", ["", "gbp", "£", "POUND", "GPB"])
def test_what_is_not_a_currency_code_is_refused(settings, currency):
    assert ids(settings, currency) == ["accounts_ledger.E001"]


@pytest.mark.parametrize("prefix", ["", "GC", "X" * codes.MAX_PREFIX])
def test_codes_may_begin_with_characters_that_codes_have(settings, prefix):
    settings.ACCOUNTS_CODE_PREFIX = prefix
    assert check_code_prefixes() == []
    assert not codes.has_typo(codes.make(prefix), {prefix})


@pytest.mark.parametrize("prefix", ["GIFT", "gc", "GC-", "X" * (codes.MAX_PREFIX + 1)])
def test_what_a_code_cannot_begin_with_is_refused(settings, prefix):
    settings.ACCOUNTS_CODE_PREFIXES = {"Gift cards": prefix}
    assert [error.id for error in check_code_prefixes()] == ["accounts_ledger.E003"]

"""What somebody who is not the owner learns from trying a code: nothing."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts_ledger import chart, exceptions, facade
from oscar_integration import guessing
from oscar_integration.guessing import counting, keeping
from oscar_integration.models import CodeAttempts

pytestmark = pytest.mark.usefixtures("books")
LONG_AGO, NEXT_YEAR = datetime.date(2020, 1, 1), datetime.date.today() + datetime.timedelta(days=365)


@pytest.fixture
def refused_codes(gift_card, redemptions, stranger, customer, settings):
    """A code for each reason why a stranger is refused."""
    settings.ACCOUNTS_OTHER_CURRENCIES = ["EUR"]
    chart.init()
    frozen, closed, empty = gift_card(), gift_card(), gift_card()
    facade.freeze(frozen)
    for card in (closed, empty):
        facade.transfer(card, redemptions, card.balance)
    facade.close(closed)
    return {
        "unknown": "NOBODYSCARD1",
        "too long": "A" * 10_000,
        "blank": " - ",
        "hostile": "' OR 1=1 --\x00%s",
        "expired": gift_card(end_date=LONG_AGO).code,
        "not yet": gift_card(start_date=NEXT_YEAR).code,
        "foreign": gift_card(primary_user=stranger).code,
        "shared by others": gift_card(secondary_users=[stranger]).code,
        "foreign and expired": gift_card(primary_user=stranger, end_date=LONG_AGO).code,
        "frozen": frozen.code,
        "closed": closed.code,
        "empty": empty.code,
        "of another currency": facade.issue(chart.bank("EUR"), Decimal("50.00")).code,
    }


def test_the_message_is_the_same_whatever_the_reason(refused_codes, request_from):
    messages = set()
    for number, code in enumerate(refused_codes.values()):
        with pytest.raises(guessing.UnusableCode) as refusal:
            guessing.account_for_code(request_from(f"192.0.2.{number}"), code, "GBP")
        messages.add(str(refusal.value))

    assert len(messages) == 1


@pytest.mark.parametrize("known", [False, True])
def test_the_work_is_the_same_whatever_the_reason(refused_codes, request_from, customer, monkeypatch, known):
    monkeypatch.setattr(keeping, "_EVERY", 10**9)  # deleting old counters has nothing to do with the code
    user = customer if known else None
    shapes = {}
    with pytest.raises(guessing.UnusableCode):
        guessing.account_for_code(request_from(), "THEFIRSTEVER", "GBP")
    for number, (reason, code) in enumerate(refused_codes.items()):
        request = request_from(f"198.51.100.{number}", f"session {number}", user)
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            pytest.raises(guessing.UnusableCode),
        ):
            guessing.account_for_code(request, code, "GBP")
        shapes[reason] = [query["sql"].split()[0] for query in queries]
        counting.unblock(list(CodeAttempts.objects.all()))

    assert len({tuple(shape) for shape in shapes.values()}) == 1, shapes


def test_a_core_accounts_code_is_no_code(request_from, bank):
    type(bank).objects.filter(pk=bank.pk).update(code="BANK")

    with pytest.raises(guessing.UnusableCode):
        guessing.account_for_code(request_from(), "bank", "GBP")


def test_the_owner_is_told_the_reason(request_from, gift_card, customer):
    card = gift_card(primary_user=customer, end_date=LONG_AGO)

    with pytest.raises(exceptions.InactiveAccount):
        guessing.account_for_code(request_from(user=customer), card.code, "GBP")


def test_one_of_those_who_share_it_is_told_the_reason(request_from, gift_card, customer):
    card = gift_card(secondary_users=[customer], end_date=LONG_AGO)

    with pytest.raises(exceptions.InactiveAccount):
        guessing.account_for_code(request_from(user=customer), card.code, "GBP")


def test_spaces_dashes_and_case_do_not_matter(request_from, gift_card):
    card = gift_card(code="ABCD2345EFGH")

    assert guessing.account_for_code(request_from(), " abcd-2345 efgh ", "GBP") == card


def test_a_code_is_never_logged(request_from, gift_card, caplog, outcome_of):
    for _ in range(30):
        outcome_of(request_from(), "SECRETCODE99")

    assert "SECRETCODE99" not in caplog.text

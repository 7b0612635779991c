"""Expiry: what is left after an account's last day lapses, and the account is closed."""

from __future__ import annotations

import datetime
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Transfer
from accounts_ledger.operations import expire

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def expired_card(make_card, yesterday):
    return lambda amount="20.00", **fields: make_card(amount, **{"end_date": yesterday} | fields)


def statuses(*accounts: Account) -> list[str]:
    return [Account.objects.get(pk=account.pk).status for account in accounts]


def test_what_is_left_goes_to_lapsed_and_the_account_is_closed(expired_card, lapsed):
    card = expired_card("20.00")
    report = facade.close_expired_accounts()

    lapse = card.source_transfers.get()
    assert (lapse.kind, lapse.amount, lapse.destination) == (Transfer.Kind.LAPSE, D("20.00"), lapsed)
    assert statuses(card) == [Account.CLOSED]
    assert (report.closed, report.lapsed, report.failures) == (1, {"GBP": D("20.00")}, [])


def test_accounts_lapse_in_the_order_in_which_they_were_made(expired_card, lapsed):
    cards = [expired_card(amount) for amount in ("20.00", "30.00", "10.00")]
    facade.close_expired_accounts()

    lapses = lapsed.transactions.order_by("sequence").values_list("transfer__source", flat=True)
    assert list(lapses) == [card.pk for card in cards]


def test_empty_accounts_are_closed_without_a_transfer(expired_card):
    card = expired_card("0.00")
    report = facade.close_expired_accounts()

    assert (report.closed, statuses(card)) == (1, [Account.CLOSED])
    assert not Transfer.objects.exists()


def test_accounts_that_have_not_expired_are_left_alone(make_card, bank):
    now = timezone.now()
    cards = [make_card(), make_card(end_date=now + datetime.timedelta(hours=1))]

    assert facade.close_expired_accounts().closed == 0
    assert statuses(bank, *cards) == [Account.OPEN] * 3


def test_frozen_and_closed_accounts_are_left_alone(expired_card):
    frozen, closed = expired_card(), expired_card("0.00")
    facade.freeze(frozen)
    facade.close(closed)
    report = facade.close_expired_accounts()

    assert (report.closed, report.failures) == (0, [])
    assert statuses(frozen, closed) == [Account.FROZEN, Account.CLOSED]


def test_core_accounts_do_not_expire(lapsed, redemptions, yesterday):
    Account.objects.filter(pk__in=[lapsed.pk, redemptions.pk]).update(end_date=yesterday)

    assert facade.close_expired_accounts().closed == 0


def test_accounts_with_open_holds_are_reported_and_the_others_go_on(expired_card):
    cards = [expired_card() for _ in range(5)]
    facade.hold(cards[2], D("1.00"))
    report = facade.close_expired_accounts()

    assert [account for account, _ in report.failures] == [cards[2]]
    assert type(report.failures[0][1]) is exceptions.AccountNotEmpty
    assert "1.00 on hold" in str(report.failures[0][1])
    assert (report.closed, report.lapsed) == (4, {"GBP": D("80.00")})
    assert statuses(*cards) == [Account.CLOSED] * 2 + [Account.OPEN] + [Account.CLOSED] * 2


def test_accounts_that_owe_money_are_reported_and_the_others_go_on(expired_card, redemptions):
    debtor, card = expired_card("0.00", credit_limit=D("10.00")), expired_card()
    facade.transfer(debtor, redemptions, D("3.00"))
    report = facade.close_expired_accounts()

    assert [account for account, _ in report.failures] == [debtor]
    assert statuses(debtor, card) == [Account.OPEN, Account.CLOSED]


def test_accounts_whose_currency_has_no_lapsed_account_are_reported_and_the_others_go_on(expired_card, yesterday):
    source = Account.objects.create(currency="EUR", credit_limit=None)
    euros, no_euros = (Account.objects.create(currency="EUR", end_date=yesterday) for _ in range(2))
    facade.transfer(source, euros, D("5.00"))
    card = expired_card()

    report = facade.close_expired_accounts()

    assert [(account, type(error)) for account, error in report.failures] == [(euros, exceptions.AccountNotFound)]
    assert statuses(euros, no_euros, card) == [Account.OPEN, Account.CLOSED, Account.CLOSED]


def test_a_frozen_lapsed_account_fails_every_account_and_says_why(expired_card, lapsed):
    cards = [expired_card(), expired_card()]
    Account.objects.filter(pk=lapsed.pk).update(status=Account.FROZEN)
    report = facade.close_expired_accounts()

    assert [type(error) for _, error in report.failures] == [exceptions.FrozenAccount] * 2
    assert statuses(*cards) == [Account.OPEN] * 2


def test_is_safe_to_repeat(expired_card, lapsed):
    expired_card()

    assert [facade.close_expired_accounts().closed for _ in range(3)] == [1, 0, 0]
    lapsed.refresh_from_db()
    assert lapsed.balance == D("20.00")


def test_can_be_asked_for_some_accounts_only(expired_card, make_card):
    asked, other, current = expired_card(), expired_card(), make_card()

    assert facade.close_expired_accounts([asked, current]).closed == 1
    assert statuses(asked, other, current) == [Account.CLOSED, Account.OPEN, Account.OPEN]


def test_nothing_asked_is_nothing_done(expired_card):
    expired_card()

    assert facade.close_expired_accounts([]).closed == 0


def test_works_in_batches_and_tells_how_far_it_is(expired_card, monkeypatch):
    monkeypatch.setattr(expire, "BATCH_SIZE", 2)
    cards = [expired_card() for _ in range(5)]
    steps: list[int] = []
    report = facade.close_expired_accounts(progress=steps.append)

    assert (report.closed, steps) == (5, [2, 2, 1])
    assert statuses(*cards) == [Account.CLOSED] * 5


def test_the_history_tells_who_closed_it_and_why(expired_card, clerk):
    card = expired_card()
    facade.close_expired_accounts(user=clerk)

    newest = card.history.first()
    assert (newest.status, newest.history_change_reason, newest.history_user) == (Account.CLOSED, "Expired", clerk)
    assert card.source_transfers.get().user == clerk


def test_owned_accounts_expire_too(expired_card, customer, clerk):
    card = expired_card(primary_user=customer)
    facade.close_expired_accounts(user=clerk)

    assert statuses(card) == [Account.CLOSED]


def test_an_account_extended_in_the_meantime_stays(expired_card, monkeypatch):
    card = expired_card()
    close = expire._close

    def extended_first(pks, *args):
        Account.objects.filter(pk=card.pk).update(end_date=timezone.now() + datetime.timedelta(days=1))
        return close(pks, *args)

    monkeypatch.setattr(expire, "_close", extended_first)

    assert facade.close_expired_accounts().closed == 0
    assert statuses(card) == [Account.OPEN]


def test_the_number_of_statements_does_not_grow_with_the_accounts(expired_card):
    def cost(count: int) -> int:
        for _ in range(count):
            expired_card()
        with CaptureQueriesContext(connection) as queries:
            facade.close_expired_accounts()
        return len([query for query in queries if not query["sql"].startswith("UPDATE")])

    assert cost(30) <= cost(3)


# --- The command -----------------------------------------------------------------------------------


def run() -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("close_expired_accounts", stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def test_the_command_says_what_it_did(expired_card):
    expired_card()
    expired_card()

    assert run() == ("2 accounts closed.\n40.00 GBP lapsed.\n", "")


def test_the_command_fails_when_an_account_could_not_be_closed(expired_card):
    held, other = expired_card(), expired_card()
    facade.hold(held, D("1.00"))

    with pytest.raises(CommandError, match="1 accounts could not be closed"):
        run()
    assert statuses(held, other) == [Account.OPEN, Account.CLOSED]

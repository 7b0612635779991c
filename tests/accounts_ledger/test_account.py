"""The account: how it is made, when it is valid, who may spend it, what saving it may change."""

from __future__ import annotations

import datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account

pytestmark = pytest.mark.usefixtures("books")

LONDON = ZoneInfo("Europe/London")
DAY = datetime.timedelta(days=1)


def fresh(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


# --- Making one ------------------------------------------------------------------------------------


def test_nothing_needs_to_be_given():
    account = fresh(Account.objects.create())

    assert (account.balance, account.held, account.sequence, account.credit_limit) == (0, 0, 0, 0)
    assert (account.status, account.currency, account.code, account.name) == (Account.OPEN, "GBP", None, None)
    assert (account.start_date, account.end_date, account.primary_user, account.product_range) == (None,) * 4
    assert account.can_be_used_for_non_products


def test_an_owner_can_be_given(customer):
    assert fresh(Account.objects.create(primary_user=customer)).primary_user == customer


@pytest.mark.parametrize("limit", [None, D("0.00"), D("1000.00")])
def test_a_credit_limit_can_be_given(limit):
    account = fresh(Account.objects.create(credit_limit=limit))

    assert account.credit_limit == limit
    assert account.has_credit_limit == (limit is not None)


def test_a_negative_credit_limit_is_refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(credit_limit=D("-1.00"))


def test_an_account_starts_empty_whatever_is_given():
    account = Account.objects.create(balance=D("1000000.00"), held=D("5.00"), sequence=7)

    assert (account.balance, account.held, account.sequence) == (0, 0, 0)
    assert (fresh(account).balance, fresh(account).held, fresh(account).sequence) == (0, 0, 0)


def test_accounts_made_in_bulk_start_empty_too():
    Account.objects.bulk_create([Account(name="bulk", balance=D("1000000.00"), held=D("5.00"), sequence=7)])

    account = Account.objects.get(name="bulk")
    assert (account.balance, account.held, account.sequence) == (0, 0, 0)


def test_a_code_is_stored_in_one_form():
    assert fresh(Account.objects.create(code=" abcd-efgh 2345 ")).code == "ABCDEFGH2345"


@pytest.mark.parametrize("code", ["", "---", "  "])
def test_an_empty_code_is_none(code):
    Account.objects.create(code=code)

    assert fresh(Account.objects.create(code=code)).code is None


def test_codes_and_names_are_unique_and_empty_ones_are_not():
    Account.objects.create(code="ABCD2345", name="Anna")
    for same in ({"code": "abcd 2345"}, {"name": "Anna"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.create(**same)
    Account.objects.create(name="")
    assert fresh(Account.objects.create(name="")).name is None


def test_an_account_without_a_name_is_shown_by_its_masked_code_and_never_by_the_whole():
    assert str(Account(name="Anna's card", code="ABCDEFGH2345")) == "Anna's card"
    assert str(Account(code="ABCDEFGH2345")) == "••••345"
    with override_settings(ACCOUNTS_UNIT_NAME="Gift card"):
        account = Account.objects.create()
        assert str(account) == f"Gift card #{account.pk}"


# --- Dates -----------------------------------------------------------------------------------------


def test_plain_dates_are_days_of_the_sites_time_zone():
    day = datetime.date(2026, 7, 1)
    account = fresh(Account.objects.create(start_date=day, end_date=day))

    assert account.start_date == datetime.datetime(2026, 6, 30, 23, tzinfo=datetime.UTC)
    assert account.end_date == datetime.datetime(2026, 7, 1, 23, tzinfo=datetime.UTC)


def test_plain_dates_can_be_set_later_too():
    account = Account.objects.create()
    account.start_date = account.end_date = datetime.date(2026, 7, 1)
    account.save()

    assert fresh(account).end_date - fresh(account).start_date == DAY


def test_moments_are_taken_as_they_are():
    start = datetime.datetime(2026, 7, 1, 12, 30, tzinfo=datetime.UTC)
    account = fresh(Account.objects.create(start_date=start, end_date=start + DAY))

    assert (account.start_date, account.end_date) == (start, start + DAY)


def test_a_moment_without_a_time_zone_is_one_of_the_sites():
    account = fresh(Account.objects.create(start_date=datetime.datetime(2026, 7, 1, 12)))

    assert account.start_date == datetime.datetime(2026, 7, 1, 11, tzinfo=datetime.UTC)


@pytest.mark.parametrize("day", [datetime.date.max, datetime.date.min], ids=["last", "first"])
@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_ends_of_the_calendar_are_dates_too(day, zone):
    with override_settings(TIME_ZONE=zone):
        account = fresh(Account.objects.create(start_date=day, end_date=day))
        assert account.is_active() is False
        assert account.start_date <= account.end_date


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime.date(2026, 3, 29), 23), (datetime.date(2026, 10, 25), 25), (datetime.date(2026, 6, 1), 24)],
    ids=["clocks go forward", "clocks go back", "any other"],
)
def test_an_account_is_valid_through_its_day_whatever_the_clocks_do(day, hours):
    account = fresh(Account.objects.create(start_date=day, end_date=day))
    assert account.end_date - account.start_date == datetime.timedelta(hours=hours)

    first = datetime.datetime.combine(day, datetime.time.min, LONDON).astimezone(datetime.UTC)
    second = datetime.timedelta(seconds=1)
    for moment, active in {
        first - second: False,
        first: True,
        first + datetime.timedelta(hours=hours) - second: True,
        first + datetime.timedelta(hours=hours): False,
    }.items():
        with time_machine.travel(moment, tick=False):
            assert account.is_active() is active
            assert Account.active.filter(pk=account.pk).exists() is active


def test_managers_tell_active_from_expired_accounts():
    now = timezone.now()
    open_ended = Account.objects.create()
    current = Account.objects.create(start_date=now - DAY, end_date=now + DAY)
    future = Account.objects.create(start_date=now + DAY)
    past = Account.objects.create(end_date=now - DAY)
    ours = [account.pk for account in (open_ended, current, future, past)]

    assert set(Account.active.filter(pk__in=ours)) == {open_ended, current}
    assert set(Account.expired.filter(pk__in=ours)) == {past}
    assert [account.is_active() for account in (open_ended, current, future, past)] == [True, True, False, False]


def test_an_account_expires_at_its_end_to_the_moment():
    end = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)
    account = Account.objects.create(end_date=end)

    with time_machine.travel(end, tick=False):
        assert not account.is_active()
        assert account in Account.expired.all()
        assert account not in Account.active.all()


def test_days_remaining_are_whole_days():
    now = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
    account = Account(end_date=now + 10 * DAY)

    with time_machine.travel(now, tick=False):
        assert account.days_remaining() == 10
    assert account.days_remaining(now + datetime.timedelta(seconds=1)) == 9
    assert account.days_remaining(datetime.date(2026, 6, 1)) == 10
    assert account.days_remaining(now + 11 * DAY) == 0
    assert Account().days_remaining() is None


@pytest.mark.parametrize("month", [3, 10])
def test_days_remaining_are_days_of_the_calendar_when_the_clocks_change(month):
    first = datetime.date(2026, month, 1)
    last = datetime.date(2026, month, 31)
    for account in (Account(end_date=last), fresh(Account.objects.create(end_date=last))):
        assert account.days_remaining(first) == 31


# --- State -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Account.OPEN, Account.FROZEN, Account.CLOSED])
def test_the_status_can_be_asked(status):
    account = Account(status=status)

    assert account.is_open() is (status == "Open")
    assert account.is_frozen() is (status == "Frozen")
    assert account.is_closed() is (status == "Closed")


def test_an_empty_account_can_be_closed(make_card):
    card = make_card("0.00")
    card.close()

    assert (card.status, fresh(card).status) == (Account.CLOSED, Account.CLOSED)
    assert card.history.first().status == Account.CLOSED


@pytest.mark.parametrize("spend", [D("0.00"), D("60.00")], ids=["value", "debt"])
def test_an_account_that_is_not_empty_is_not_closed(spend, make_card, redemptions):
    card = make_card("50.00", credit_limit=D("10.00"))
    if spend:
        facade.transfer(card, redemptions, spend)

    with pytest.raises(exceptions.AccountNotEmpty):
        card.close()
    assert fresh(card).is_open()


def test_an_account_of_credit_on_hold_is_not_closed_and_the_message_says_so(make_card):
    card = make_card("0.00", credit_limit=D("10.00"))
    facade.hold(card, D("7.00"))

    with pytest.raises(exceptions.AccountNotEmpty, match=r"7\.00"):
        card.close()


def test_a_stale_instance_does_not_close_an_account_that_has_been_loaded(make_card, bank):
    card = make_card("0.00")
    facade.transfer(bank, fresh(card), D("5.00"))

    with pytest.raises(exceptions.AccountNotEmpty):
        card.close()
    assert card.balance == D("5.00")


# --- Availability ----------------------------------------------------------------------------------


def test_available_is_balance_and_credit_limit_without_what_is_held(make_card):
    card = make_card("50.00", credit_limit=D("20.00"))
    facade.hold(card, D("5.00"))

    assert card.amount_available == D("65.00")
    assert card.is_debit_permitted(D("65.00"))
    assert not card.is_debit_permitted(D("65.01"))


def test_a_source_of_money_has_no_limit_to_what_is_available(bank):
    assert bank.amount_available is None
    assert bank.is_debit_permitted(D("999999999.00"))


def test_transactions_are_counted_as_they_are_now(card, redemptions):
    stale = fresh(card)
    facade.transfer(card, redemptions, D("1.00"))

    assert stale.num_transactions() == card.num_transactions() == 2
    assert Account.objects.create().num_transactions() == 0


def test_counting_transactions_is_one_query_whatever_their_number(card):
    with CaptureQueriesContext(connection) as queries:
        card.num_transactions()

    assert len(queries) == 1
    assert "COUNT(" not in queries[0]["sql"].upper()


# --- Who may spend it ------------------------------------------------------------------------------


def test_without_users_anybody_may_spend_it(customer):
    account = Account.objects.create()

    assert all(account.can_be_authorised_by(user) for user in (None, customer, AnonymousUser()))


def test_with_an_owner_only_the_owner_and_the_system_may(customer, stranger):
    account = Account.objects.create(primary_user=customer)
    account.secondary_users.add(stranger)

    assert account.can_be_authorised_by()
    assert account.can_be_authorised_by(customer)
    assert not account.can_be_authorised_by(stranger)
    assert not account.can_be_authorised_by(AnonymousUser())


def test_when_shared_only_they_and_the_system_may(make_user, stranger):
    account, friends = Account.objects.create(), [make_user(), make_user()]
    account.secondary_users.set(friends)

    assert all(account.can_be_authorised_by(user) for user in (None, *friends))
    assert not account.can_be_authorised_by(stranger)
    assert not account.can_be_authorised_by(AnonymousUser())


# --- Saving ----------------------------------------------------------------------------------------


def test_saving_a_stale_instance_keeps_the_ledgers_columns(card, redemptions):
    stale = fresh(card)
    facade.transfer(card, redemptions, D("30.00"))
    facade.hold(card, D("5.00"))

    stale.name = "Renamed"
    stale.save()
    stale.save(update_fields=["name", "balance", "held", "sequence"])

    stored = fresh(card)
    assert (stored.name, stored.balance, stored.held, stored.sequence) == ("Renamed", D("20.00"), D("5.00"), 2)


def test_saving_cannot_set_the_balance(card):
    card.balance = D("1000000.00")
    card.save()
    card.save(update_fields=["balance"])

    assert fresh(card).balance == D("50.00")


def test_saving_an_instance_made_by_hand_with_the_key_of_another_keeps_its_money(card):
    Account(pk=card.pk, name="Impostor").save()

    assert (fresh(card).balance, fresh(card).sequence) == (D("50.00"), 1)


def test_going_back_to_an_earlier_version_keeps_the_money(card, redemptions):
    card.name = "Before"
    card.save()
    card.name = "After"
    card.save()
    facade.transfer(card, redemptions, D("30.00"))

    card.history.get(name="Before").instance.save()

    assert (fresh(card).name, fresh(card).balance, fresh(card).sequence) == ("Before", D("20.00"), 2)


def test_a_deferred_instance_can_be_saved(card):
    account = Account.objects.only("name").get(pk=card.pk)
    account.name = "Renamed"
    account.save()

    assert (fresh(card).name, fresh(card).balance) == ("Renamed", D("50.00"))


def test_a_key_can_be_chosen_for_a_new_account():
    account = Account(pk=987_654_321, name="Chosen")
    account.save()

    assert fresh(account).name == "Chosen"


def test_update_or_create_cannot_set_the_balance(card):
    Account.objects.update_or_create(pk=card.pk, defaults={"name": "Renamed", "balance": D("99.00")})

    assert (fresh(card).name, fresh(card).balance) == ("Renamed", D("50.00"))


def test_the_history_has_neither_codes_nor_balances(make_card):
    card = make_card(code="ABCDEFGH2345")
    columns = {field.name for field in card.history.model._meta.get_fields()}

    assert not columns & {"code", "balance", "held", "sequence"}

"""Holds: value that is reserved first and moved, or let go, later."""

from __future__ import annotations

import datetime
from decimal import Decimal as D
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Hold, Transfer

pytestmark = pytest.mark.usefixtures("books", "engine")


@pytest.fixture
def hold(card) -> Hold:
    """30.00 of the card's 50.00, reserved for an order."""
    return facade.hold(card, D("30.00"), merchant_reference="100001")


# --- Hold ------------------------------------------------------------------------------------------


def test_a_hold_reserves_value_and_moves_none(card, hold):
    stored = Account.objects.get(pk=card.pk)

    assert (stored.balance, stored.held, stored.amount_available) == (D("50.00"), D("30.00"), D("20.00"))
    assert (card.held, card.amount_available) == (D("30.00"), D("20.00"))
    assert stored.num_transactions() == 1


def test_holds_add_up_to_what_is_available_and_no_further(card, hold, refused):
    facade.hold(card, D("20.00"))

    with refused(exceptions.InsufficientFunds):
        facade.hold(card, D("0.01"))


def test_a_credit_limit_can_be_held(make_card):
    card = make_card("50.00", credit_limit=D("10.00"))
    facade.hold(card, D("60.00"))

    assert card.amount_available == 0


def test_a_hold_keeps_who_made_it_and_for_what(card, customer):
    made = facade.hold(card, D("1.00"), user=customer, merchant_reference="100001", idempotency_key="k")
    stored = Hold.objects.get(pk=made.pk)

    assert (stored.user, stored.username, stored.merchant_reference) == (customer, "customer", "100001")
    assert (stored.status, stored.is_open, stored.account) == (Hold.Status.OPEN, True, card)


def test_a_hold_lasts_as_long_as_the_settings_say_unless_told_otherwise(card):
    end = timezone.now() + datetime.timedelta(days=7)
    with override_settings(ACCOUNTS_HOLD_MINUTES=5):
        default = facade.hold(card, D("1.00"))
    assert datetime.timedelta(minutes=4) < default.expires_at - timezone.now() <= datetime.timedelta(minutes=5)
    assert facade.hold(card, D("1.00"), expires_at=end).expires_at == end


def test_a_hold_can_last_through_a_day(card):
    made = facade.hold(card, D("1.00"), expires_at=datetime.date(2027, 7, 1))

    assert Hold.objects.get(pk=made.pk).expires_at == datetime.datetime(2027, 7, 1, 23, tzinfo=datetime.UTC)


@pytest.mark.parametrize("amount", [0, D("-1"), 1.5, "1", True, D("NaN"), D("0.001")], ids=repr)
def test_what_is_not_an_amount_is_not_held(amount, card, refused):
    with refused(exceptions.InvalidAmount):
        facade.hold(card, amount)


@pytest.mark.parametrize(
    ("status", "exception"), [(Account.FROZEN, exceptions.FrozenAccount), (Account.CLOSED, exceptions.ClosedAccount)]
)
def test_nothing_is_held_on_an_account_that_is_not_open(status, exception, card, refused):
    Account.objects.filter(pk=card.pk).update(status=status)

    with refused(exception):
        facade.hold(card, D("1.00"))


def test_somebody_else_cannot_hold_value_of_an_owned_account(make_card, customer, stranger, refused):
    card = make_card(primary_user=customer)

    for user in (stranger, AnonymousUser()):
        with refused(exceptions.NotAuthorised):
            facade.hold(card, D("1.00"), user=user)
    facade.hold(card, D("1.00"), user=customer)


def test_a_guest_can_hold_value_of_an_account_without_users(card):
    assert facade.hold(card, D("1.00"), user=AnonymousUser()).user is None


def test_nothing_is_held_on_an_account_that_is_not_there(card, refused):
    gone = Account.objects.create()
    Account.objects.filter(pk=gone.pk).delete()

    for account in (Account(), gone):
        with refused(exceptions.AccountNotFound):
            facade.hold(account, D("1.00"))


@pytest.mark.parametrize("text", ["x" * 129, "\x00", "\ud800", 7], ids=repr)
@pytest.mark.parametrize("name", ["merchant_reference", "idempotency_key"])
def test_a_text_that_cannot_be_stored_is_refused(name, text, card, refused):
    with refused(exceptions.InvalidText):
        facade.hold(card, D("1.00"), **{name: text})


def test_the_same_key_and_request_returns_the_first_hold(card):
    request = {"idempotency_key": "once", "merchant_reference": "order"}
    first = facade.hold(card, D("30.00"), **request)

    assert facade.hold(card, D("30.00"), **request) == first
    assert card.held == D("30.00")


def test_the_same_key_for_another_hold_is_a_conflict(card, make_card, refused):
    held, newer = make_card(), make_card()
    facade.hold(held, D("30.00"), idempotency_key="once")

    for account, amount in [(held, "3.00"), (held, "31.00"), (card, "30.00"), (newer, "30.00")]:
        with refused(exceptions.IdempotencyConflict):
            facade.hold(account, D(amount), idempotency_key="once")


def test_an_empty_key_is_no_key(card):
    assert facade.hold(card, D("1.00"), idempotency_key="") != facade.hold(card, D("1.00"), idempotency_key="")


# --- Capture ---------------------------------------------------------------------------------------


def test_a_capture_moves_what_was_held_to_redemptions(card, hold, redemptions):
    transfer = facade.capture(hold)

    assert (card.balance, card.held) == (D("20.00"), D("0.00"))
    assert Account.objects.get(pk=redemptions.pk).balance == D("30.00")
    assert (transfer.kind, transfer.hold, transfer.merchant_reference) == (Transfer.Kind.REDEMPTION, hold, "100001")
    assert (hold.status, Hold.objects.get(pk=hold.pk).status) == (Hold.Status.CAPTURED, Hold.Status.CAPTURED)
    assert hold.date_ended is not None


def test_a_capture_of_a_part_releases_the_rest(card, hold):
    facade.capture(hold, D("12.34"))

    stored = Account.objects.get(pk=card.pk)
    assert (stored.balance, stored.held, stored.amount_available) == (D("37.66"), D("0.00"), D("37.66"))


def test_a_capture_of_a_part_leaves_other_holds_alone(card, hold):
    facade.hold(card, D("20.00"))
    facade.capture(hold, D("1.00"))

    assert (card.balance, card.held, card.amount_available) == (D("49.00"), D("20.00"), D("29.00"))


def test_a_capture_can_go_to_another_account(hold, lapsed):
    facade.capture(hold, destination=lapsed)

    assert lapsed.balance == D("30.00")


def test_a_capture_names_the_user_who_held_unless_told_otherwise(card, customer, clerk):
    first, second = (facade.hold(card, D("1.00"), user=customer) for _ in range(2))

    assert facade.capture(first).user == customer
    assert facade.capture(second, user=clerk).user == clerk


def test_more_than_was_held_is_not_captured(hold, refused):
    with refused(exceptions.InvalidAmount, match=r"30\.01"):
        facade.capture(hold, D("30.01"))
    assert hold.is_open


def test_a_hold_is_captured_once(hold, refused):
    stale = Hold.objects.get(pk=hold.pk)
    facade.capture(hold, D("10.00"))

    for again in (hold, stale):
        with refused(exceptions.HoldNotOpen):
            facade.capture(again, D("10.00"))
    assert stale.status == Hold.Status.CAPTURED


def test_a_capture_with_the_reference_of_another_transfer_is_refused(card, hold, refused):
    other = facade.capture(facade.hold(card, D("1.00")), reference="ORDER-1")

    with refused(exceptions.ReferenceTaken, match=other.reference):
        facade.capture(hold, reference="ORDER-1")
    assert hold.is_open


def test_a_captured_hold_is_not_captured_by_a_request_of_its_own(card, hold, redemptions, refused):
    facade.capture(hold, D("10.00"))
    again = facade.TransferRequest(source=card, destination=redemptions, amount=D("1.00"), captures=hold)

    with refused(exceptions.BatchRefused) as caught:
        facade.transfer_many([again])
    assert type(caught.value.cause) is exceptions.HoldNotOpen


def test_a_hold_stays_good_when_the_account_is_frozen(card, hold):
    facade.freeze(card)
    facade.capture(hold)

    assert card.balance == D("20.00")


def test_a_hold_is_not_captured_for_a_destination_that_is_frozen(hold, make_card, refused):
    other = make_card()
    facade.freeze(other)

    with refused(exceptions.FrozenAccount):
        facade.capture(hold, destination=other)
    assert hold.is_open
    facade.capture(hold)


def test_a_hold_is_not_captured_for_its_own_account(card, hold, refused):
    with refused(exceptions.SameAccount):
        facade.capture(hold, destination=card)
    assert hold.is_open


def test_an_account_with_value_on_hold_is_not_closed(card, hold, bank, refused):
    with refused(exceptions.AccountNotEmpty, match=r"30\.00"):
        facade.close(card, remainder_to=bank)
    with refused(exceptions.AccountNotEmpty):
        card.close()


def test_a_capture_is_undone_with_the_callers_transaction(hold, nothing_written):
    with nothing_written(), transaction.atomic():
        facade.capture(hold)
        transaction.set_rollback(True)  # as an exception would

    facade.capture(Hold.objects.get(pk=hold.pk))


def test_a_capture_can_be_refunded_and_reversed(card, hold):
    other = facade.hold(card, D("20.00"))
    facade.refund(facade.capture(hold), D("30.00"))
    facade.reverse(facade.capture(other))

    card.refresh_from_db()
    assert (card.balance, card.held) == (D("50.00"), D("0.00"))


@pytest.mark.parametrize("kind", ["theft", *Transfer.UNDOING])
def test_a_capture_has_a_kind_that_makes_sense(kind, hold, refused):
    with refused(exceptions.InvalidKind):
        facade.capture(hold, kind=kind)
    assert hold.is_open


# --- Void and expiry -------------------------------------------------------------------------------


def test_a_void_lets_the_value_go(card, hold):
    facade.void(hold)

    assert (card.balance, card.held, card.amount_available) == (D("50.00"), D("0.00"), D("50.00"))
    assert (hold.status, Hold.objects.get(pk=hold.pk).status) == (Hold.Status.VOIDED, Hold.Status.VOIDED)


def test_a_hold_ends_once(card, refused):
    ends = [facade.capture, facade.void]
    for end in ends:
        hold = facade.hold(card, D("1.00"))
        end(hold)
        for again in ends:
            with refused(exceptions.HoldNotOpen):
                again(hold)


def test_a_hold_on_a_frozen_account_can_be_voided(card, hold):
    facade.freeze(card)
    facade.void(hold)

    assert card.held == 0


def test_expired_holds_are_released_and_others_are_not(card, hold):
    soon = facade.hold(card, D("5.00"), expires_at=timezone.now() + datetime.timedelta(minutes=1))

    assert facade.release_expired_holds(now=timezone.now() + datetime.timedelta(minutes=2)) == 1
    soon.refresh_from_db()
    hold.refresh_from_db()
    card.refresh_from_db()
    assert (soon.status, hold.status, card.held) == (Hold.Status.EXPIRED, Hold.Status.OPEN, D("30.00"))


def test_releasing_expired_holds_is_safe_to_repeat(card, hold):
    later = timezone.now() + datetime.timedelta(days=1)

    assert (facade.release_expired_holds(now=later), facade.release_expired_holds(now=later)) == (1, 0)
    card.refresh_from_db()
    assert card.held == 0


def test_a_hold_whose_time_has_passed_is_good_until_it_is_released(hold, refused):
    Hold.objects.filter(pk=hold.pk).update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    late = Hold.objects.get(pk=hold.pk)
    facade.release_expired_holds()

    with refused(exceptions.HoldNotOpen):
        facade.capture(late)


def test_the_command_releases_expired_holds(card, hold):
    Hold.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    out = StringIO()
    call_command("release_expired_holds", stdout=out)

    card.refresh_from_db()
    assert (out.getvalue(), card.held) == ("1 holds released.\n", 0)

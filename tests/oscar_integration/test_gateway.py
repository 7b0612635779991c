"""The functions that a shop's own code calls."""

import datetime
from decimal import Decimal as D

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Transfer
from oscar_integration import gateway
from oscar_integration.allocations import Allocations

pytestmark = pytest.mark.usefixtures("books")


def days(number):
    return timezone.now() + datetime.timedelta(days=number)


class TestUserAccounts:
    def test_are_theirs_soonest_to_expire_first(self, gift_card, customer):
        forever = gift_card(primary_user=customer)
        late = gift_card(primary_user=customer, end_date=days(20))
        soon = gift_card(primary_user=customer, end_date=days(10))

        assert list(gateway.user_accounts(customer)) == [soon, late, forever]

    def test_include_shared_ones_without_an_owner(self, gift_card, customer, stranger):
        shared = gift_card(secondary_users=[customer, stranger])
        gift_card(primary_user=stranger, secondary_users=[customer])

        assert list(gateway.user_accounts(customer)) == [shared]

    def test_leave_out_what_cannot_be_spent(self, gift_card, customer, stranger, bank):
        gift_card()
        gift_card(primary_user=stranger)
        gift_card(primary_user=customer, start_date=days(1))
        gift_card(primary_user=customer, end_date=days(-1))
        Account.objects.create(primary_user=customer)
        frozen = gift_card(primary_user=customer)
        Account.objects.filter(pk=frozen.pk).update(status=Account.FROZEN)
        held = gift_card(primary_user=customer)
        facade.hold(held, D("50.00"))

        assert not gateway.user_accounts(customer).exists()

    def test_include_what_has_credit(self, customer):
        credit = Account.objects.create(primary_user=customer, credit_limit=D("10.00"))
        unlimited = Account.objects.create(primary_user=customer, credit_limit=None)

        assert list(gateway.user_accounts(customer)) == [credit, unlimited]

    @pytest.mark.parametrize("user", [None, AnonymousUser()])
    def test_of_guests_are_none(self, user, gift_card):
        gift_card()

        assert not gateway.user_accounts(user).exists()


class TestRedeem:
    def test_pays_from_several_accounts_at_once(self, gift_card, customer, redemptions):
        one, two = gift_card("10.00"), gift_card("20.00")

        transfers = gateway.redeem("100001", customer, Allocations({one.pk: D("10.00"), two.pk: D("5.00")}))

        assert [(transfer.source, transfer.amount) for transfer in transfers] == [(one, D("10.00")), (two, D("5.00"))]
        assert {(transfer.merchant_reference, transfer.kind, transfer.user) for transfer in transfers} == {
            ("100001", "redemption", customer)
        }
        redemptions.refresh_from_db()
        assert redemptions.balance == D("15.00")

    def test_pays_an_amount_from_the_users_accounts_soonest_to_expire_first(self, gift_card, customer):
        forever = gift_card("30.00", primary_user=customer)
        soon = gift_card("10.00", primary_user=customer, end_date=days(10))

        transfers = gateway.redeem("100001", customer, D("25.00"))

        assert [(transfer.source, transfer.amount) for transfer in transfers] == [(soon, D("10")), (forever, D("15"))]

    def test_pays_all_or_nothing(self, gift_card, customer):
        one, two = gift_card("10.00"), gift_card("20.00")

        with pytest.raises(exceptions.InsufficientFunds):
            gateway.redeem("100001", customer, Allocations({one.pk: D("10.00"), two.pk: D("20.01")}))

        one.refresh_from_db()
        assert one.balance == D("10.00")

    def test_refuses_an_amount_that_the_users_accounts_do_not_have(self, gift_card, customer):
        gift_card("10.00", primary_user=customer)

        with pytest.raises(exceptions.InsufficientFunds):
            gateway.redeem("100001", customer, D("10.01"))

    def test_repeated_gives_the_same_transfers(self, gift_card, customer):
        allocations = Allocations({gift_card().pk: D("10.00"), gift_card().pk: D("5.00")})

        first = gateway.redeem("100001", customer, allocations)
        again = gateway.redeem("100001", customer, allocations)

        assert [transfer.pk for transfer in again] == [transfer.pk for transfer in first]
        assert Transfer.objects.filter(kind="redemption").count() == 2

    def test_refuses_another_amount_for_the_same_order(self, gift_card, customer):
        card = gift_card()
        gateway.redeem("100001", customer, Allocations({card.pk: D("10.00")}))

        with pytest.raises(exceptions.IdempotencyConflict):
            gateway.redeem("100001", customer, Allocations({card.pk: D("11.00")}))

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"end_date": days(-1)}, exceptions.InactiveAccount),
            ({"start_date": days(1)}, exceptions.InactiveAccount),
        ],
    )
    def test_refuses_accounts_outside_their_dates(self, fields, error, gift_card, customer):
        with pytest.raises(error):
            gateway.redeem("100001", customer, Allocations({gift_card(**fields).pk: D("10.00")}))

    def test_refuses_somebody_elses_account(self, gift_card, customer, stranger):
        card = gift_card(primary_user=stranger)

        for user in (customer, AnonymousUser()):
            with pytest.raises(exceptions.NotAuthorised):
                gateway.redeem("100001", user, Allocations({card.pk: D("10.00")}))

    def test_refuses_an_account_that_is_gone(self, customer):
        with pytest.raises(exceptions.AccountNotFound):
            gateway.redeem("100001", customer, Allocations({999999: D("10.00")}))

    def test_nothing_is_paid_by_nothing(self, customer):
        assert gateway.redeem("100001", customer, Allocations()) == []


class TestCancelRedemption:
    def test_gives_everything_back_with_the_documented_description(self, gift_card, customer):
        one, two = gift_card("10.00"), gift_card("20.00")
        transfers = gateway.redeem("100001", customer, Allocations({one.pk: D("10.00"), two.pk: D("5.00")}))

        reversals = gateway.cancel_redemption("100001")

        assert [reversal.parent_id for reversal in reversals] == [transfer.pk for transfer in transfers]
        assert {reversal.description for reversal in reversals} == {"Payment cancelled"}
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.balance, two.balance) == (D("10.00"), D("20.00"))

    def test_repeated_gives_nothing_more(self, gift_card, customer):
        card = gift_card("10.00")
        gateway.redeem("100001", customer, Allocations({card.pk: D("10.00")}))
        gateway.cancel_redemption("100001")

        assert gateway.cancel_redemption("100001") == []
        card.refresh_from_db()
        assert card.balance == D("10.00")

    def test_leaves_other_orders_alone(self, gift_card, customer):
        card = gift_card("20.00")
        gateway.redeem("100001", customer, Allocations({card.pk: D("10.00")}))
        gateway.redeem("100002", customer, Allocations({card.pk: D("5.00")}))

        gateway.cancel_redemption("100001")

        card.refresh_from_db()
        assert card.balance == D("15.00")

    def test_the_order_can_be_paid_anew_afterwards_and_cancelled_again(self, gift_card, customer):
        card = gift_card("10.00")
        allocations = Allocations({card.pk: D("10.00")})
        for _attempt in range(3):
            gateway.redeem("100001", customer, allocations)
            card.refresh_from_db()
            assert card.balance == 0
            gateway.cancel_redemption("100001")
            card.refresh_from_db()
            assert card.balance == D("10.00")

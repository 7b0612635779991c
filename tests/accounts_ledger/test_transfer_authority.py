"""Who may move money of an account with a transfer, on both engines."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Transfer

pytestmark = pytest.mark.usefixtures("books", "engine")


def test_the_owner_can_spend(make_card, redemptions, customer):
    facade.transfer(make_card(primary_user=customer), redemptions, D("1.00"), user=customer)

    assert redemptions.balance == D("1.00")


def test_somebody_else_cannot_spend_an_owned_account(make_card, redemptions, stranger, customer, refused):
    card = make_card(primary_user=customer)

    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=stranger)


def test_whom_it_is_shared_with_can_spend(make_card, redemptions, customer, stranger, refused):
    card = make_card()
    card.secondary_users.add(customer)

    facade.transfer(card, redemptions, D("1.00"), user=customer)
    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=stranger)


def test_the_owner_comes_before_whom_it_is_shared_with(make_card, redemptions, customer, stranger, refused):
    card = make_card(primary_user=customer)
    card.secondary_users.add(stranger)

    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=stranger)


def test_anybody_can_spend_an_account_without_users(card, redemptions, stranger):
    assert facade.transfer(card, redemptions, D("1.00"), user=stranger).user == stranger


def test_staff_can_move_money_of_any_account(make_card, redemptions, customer, clerk):
    card = make_card(primary_user=customer)

    assert facade.transfer(card, redemptions, D("1.00"), user=clerk, as_staff=True).username == "clerk"


def test_the_system_can_move_money_of_any_account(make_card, redemptions, customer):
    facade.transfer(make_card(primary_user=customer), redemptions, D("1.00"))

    assert redemptions.balance == D("1.00")


def test_a_guest_is_not_the_system(make_card, redemptions, customer, refused):
    card = make_card(primary_user=customer)

    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=AnonymousUser())


def test_a_guest_cannot_spend_a_shared_account(make_card, redemptions, customer, refused):
    card = make_card()
    card.secondary_users.add(customer)

    with refused(exceptions.NotAuthorised):
        facade.transfer(card, redemptions, D("1.00"), user=AnonymousUser())


def test_a_guest_can_spend_an_account_without_users(card, redemptions):
    transfer = Transfer.objects.get(pk=facade.transfer(card, redemptions, D("1.00"), user=AnonymousUser()).pk)

    assert (transfer.user, transfer.username) == (None, "")


def test_the_user_of_a_request_will_do(make_card, redemptions, customer):
    card = make_card(primary_user=customer)

    assert facade.transfer(card, redemptions, D("1.00"), user=SimpleLazyObject(lambda: customer)).user == customer


def test_the_name_of_the_user_survives_the_user(card, redemptions, customer):
    transfer = facade.transfer(card, redemptions, D("1.00"), user=customer)
    customer.delete()

    transfer.refresh_from_db()
    assert (transfer.user, transfer.username, transfer.authorisor_username) == (None, "customer", "customer")

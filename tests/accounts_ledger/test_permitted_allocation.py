"""How much of an order an account may pay, on real baskets of the shop."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from oscar.core.loading import get_class, get_model
from oscar.test.factories import create_product

from accounts_ledger import facade
from accounts_ledger.models import Account

pytestmark = pytest.mark.usefixtures("books")

Basket = get_model("basket", "Basket")
Range = get_model("offer", "Range")
Default = get_class("partner.strategy", "Default")

SHIPPING = D("4.00")


@pytest.fixture
def mug(db):
    return create_product(price=D("10.00"), num_in_stock=10)


@pytest.fixture
def book(db):
    return create_product(price=D("25.00"), num_in_stock=10)


@pytest.fixture
def basket(mug, book):
    """Two mugs and a book: 45.00, and 49.00 with shipping."""
    basket = Basket.objects.create()
    basket.strategy = Default()
    basket.add_product(mug, 2)
    basket.add_product(book, 1)
    return basket


@pytest.fixture
def mugs(mug):
    mugs = Range.objects.create(name="Mugs")
    mugs.add_product(mug)
    return mugs


def permitted(account: Account, basket, total: str = "49.00") -> D:
    return account.permitted_allocation(basket, SHIPPING, D(total))


def test_an_account_with_enough_pays_the_whole_order(make_card, basket):
    assert permitted(make_card("100.00"), basket) == D("49.00")


def test_an_account_pays_no_more_than_it_has(make_card, basket):
    assert permitted(make_card("12.34"), basket) == D("12.34")


def test_an_account_pays_with_its_credit_too(make_card, basket):
    assert permitted(make_card("12.34", credit_limit=D("10.00")), basket) == D("22.34")


def test_an_account_does_not_pay_with_what_is_held(make_card, basket):
    card = make_card("20.00")
    facade.hold(card, D("15.00"))

    assert permitted(card, basket) == D("5.00")


def test_a_source_of_money_pays_any_order(bank, basket):
    assert permitted(bank, basket) == D("49.00")


def test_an_empty_account_pays_nothing(make_card, basket):
    assert permitted(make_card("0.00"), basket) == 0


def test_without_shipping_an_account_pays_for_the_products(make_card, basket):
    assert permitted(make_card("100.00", can_be_used_for_non_products=False), basket) == D("45.00")


def test_with_a_range_an_account_pays_for_its_products_and_the_shipping(make_card, basket, mugs):
    assert permitted(make_card("100.00", product_range=mugs), basket) == D("24.00")


def test_with_a_range_and_without_shipping_an_account_pays_for_its_products_only(make_card, basket, mugs):
    card = make_card("100.00", product_range=mugs, can_be_used_for_non_products=False)

    assert permitted(card, basket) == D("20.00")


def test_with_a_range_an_account_still_pays_no_more_than_it_has(make_card, basket, mugs):
    assert permitted(make_card("7.00", product_range=mugs), basket) == D("7.00")


def test_without_any_product_of_its_range_an_account_pays_nothing_but_shipping(make_card, basket):
    other = Range.objects.create(name="Nothing yet")

    assert permitted(make_card("100.00", product_range=other), basket) == SHIPPING
    assert permitted(make_card("100.00", product_range=other, can_be_used_for_non_products=False), basket) == 0


def test_a_discounted_product_is_paid_for_at_its_discounted_price(make_card, basket, mugs, mug):
    line = next(line for line in basket.all_lines() if line.product == mug)
    line.discount(D("5.00"), 2, incl_tax=True)
    card = make_card("100.00", product_range=mugs, can_be_used_for_non_products=False)

    # The very lines that carry the discount, as checkout passes them.
    basket.all_lines = lambda: [line]
    assert permitted(card, basket, "44.00") == D("15.00")


def test_a_discounted_order_is_paid_for_at_its_total(make_card, basket):
    assert permitted(make_card("100.00"), basket, "30.00") == D("30.00")


def test_what_is_permitted_never_exceeds_the_order(make_card, basket, mugs):
    mugs.includes_all_products = True
    mugs.save()

    assert permitted(make_card("100.00", product_range=mugs), basket, "10.00") == D("10.00")


def test_what_is_permitted_is_never_negative(make_card, basket):
    card = make_card("100.00", can_be_used_for_non_products=False)

    assert card.permitted_allocation(basket, D("50.00"), D("49.00")) == 0

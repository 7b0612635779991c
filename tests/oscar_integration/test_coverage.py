"""How much an account may pay for an order: the one function that decides it, and real baskets."""

import itertools
from decimal import Decimal as D

import pytest
from django.test import RequestFactory
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.core.loading import get_class, get_classes, get_model
from oscar.core.prices import Price
from oscar.test.factories import create_product

from accounts_ledger.models import Account
from oscar_integration.coverage import Payable, maximum_permitted

Basket = get_model("basket", "Basket")
Default, UK = get_classes("partner.strategy", ["Default", "UK"])
Applicator = get_class("offer.applicator", "Applicator")

_keys = itertools.count(1)


class StubRange:
    def __init__(self, *products):
        self.products = products

    def contains_product(self, product):
        return product in self.products


class StubProduct(str):
    """A product that is known by its name alone, and is no gift card."""

    def get_product_class(self) -> None:
        return None


def order(lines, charges="0", total=None):
    """An order with *lines* (name of the product → price), which are their own products."""
    prices = {number: D(price) for number, price in enumerate(lines.values(), 1)}
    products = dict(enumerate(map(StubProduct, lines), 1))
    total = D(total) if total is not None else sum(prices.values(), D(0)) + D(charges)
    return Payable(currency="GBP", total=total, lines=prices, charges=D(charges), products=products)


def account(balance, *products, charges=True, **fields):
    """An account, restricted to *products* if any are named."""
    made = Account(pk=next(_keys), balance=D(balance), can_be_used_for_non_products=charges, **fields)
    if products:
        made._state.fields_cache["product_range"] = StubRange(*products)
    return made


TEA_AND_MUG = order({"tea": "12.00", "mug": "16.00"}, charges="4.00")


@pytest.mark.parametrize(
    ("payer", "expected"),
    [
        pytest.param(account("50"), "32.00", id="an unrestricted account pays everything"),
        pytest.param(account("5"), "5", id="no more than is available"),
        pytest.param(account("0", credit_limit=D("7")), "7", id="up to the credit limit"),
        pytest.param(account("0", credit_limit=None), "32.00", id="without limit, the whole order"),
        pytest.param(account("50", held=D("45")), "5", id="not what is held"),
        pytest.param(account("50", charges=False), "28.00", id="not shipping, if it pays for products only"),
        pytest.param(account("50", "tea"), "16.00", id="the lines in its range, and shipping"),
        pytest.param(account("50", "tea", charges=False), "12.00", id="the lines in its range only"),
        pytest.param(account("50", "coffee", charges=False), "0.00", id="nothing, if nothing is in its range"),
        pytest.param(account("50", "coffee"), "4.00", id="shipping alone, if nothing is in its range"),
        pytest.param(account("-5", credit_limit=D("5")), "0.00", id="nothing when it has nothing"),
    ],
)
def test_one_account_may_pay(payer, expected):
    assert maximum_permitted(payer, TEA_AND_MUG) == D(expected)


def test_an_order_that_costs_less_than_its_parts_is_not_overpaid():
    assert maximum_permitted(account("50"), order({"tea": "12.00"}, total="9.00")) == D("9.00")


def test_nor_is_it_overpaid_by_several_accounts():
    order_of_nine, other = order({"tea": "12.00"}, total="9.00"), account("6")

    assert maximum_permitted(account("50"), order_of_nine, [(other, D("6"))]) == D("3.00")


def test_a_free_order_needs_nothing():
    assert maximum_permitted(account("50"), order({"tea": "0.00"})) == D("0.00")


def test_two_restricted_accounts_do_not_cover_the_same_line_twice():
    first, second = account("10", "tea", charges=False), account("10", "tea", charges=False)

    assert maximum_permitted(second, TEA_AND_MUG, [(first, D("10"))]) == D("2.00")


def test_what_others_pay_is_shifted_to_other_parts_to_make_room():
    # The unrestricted account could pay for the tea or the mug; the restricted one for the tea only.
    anything, tea = account("16"), account("50", "tea", charges=False)

    assert maximum_permitted(tea, TEA_AND_MUG, [(anything, D("16"))]) == D("12.00")


def test_room_is_made_along_a_chain_of_accounts():
    lines = order({"a": "10", "b": "10", "c": "10"})
    ab, bc, only_a = account("10", "a", "b"), account("10", "b", "c"), account("50", "a")

    assert maximum_permitted(only_a, lines, [(ab, D("10")), (bc, D("10"))]) == D("10")


def test_no_room_can_be_made_for_a_line_that_others_have_to_pay():
    lines = order({"a": "10", "b": "10"})
    only_a, both = account("10", "a"), account("10", "a", "b")

    assert maximum_permitted(account("50", "a"), lines, [(only_a, D("6")), (both, D("10"))]) == D("4")


def test_the_maximum_is_what_is_left_when_others_pay_the_rest():
    assert maximum_permitted(account("50"), TEA_AND_MUG, [(account("30"), D("30"))]) == D("2.00")


def feasible(payable, payments):
    """Brute force over subsets of accounts (Hall's condition): each subset must fit into the parts it may pay for."""
    for size in range(1, len(payments) + 1):
        for subset in itertools.combinations(payments, size):
            parts = frozenset().union(*(payable.parts_payable_by(payer) for payer, _amount in subset))
            if sum(amount for _payer, amount in subset) > sum(payable.capacity(part) for part in parts):
                return False
    return sum(amount for _payer, amount in payments) <= payable.total


@pytest.mark.parametrize("seed", range(60))
def test_the_maximum_is_feasible_and_a_penny_more_is_not(seed):
    import random

    chance = random.Random(seed)
    names = "abcd"
    payable = order({name: D(chance.randint(0, 2000)) / 100 for name in names}, charges=D(chance.randint(0, 500)) / 100)
    payments = []
    for _number in range(chance.randint(1, 5)):
        payer = account(
            D(chance.randint(1, 3000)) / 100,
            *chance.sample(names, chance.randint(0, 3)),
            charges=chance.random() < 0.5,
        )
        maximum = maximum_permitted(payer, payable, payments)
        assert feasible(payable, [*payments, (payer, maximum)])
        more = maximum + D("0.01")
        assert more > payer.balance or not feasible(payable, [*payments, (payer, more)])
        part = D(chance.randint(0, int(maximum * 100))) / 100
        if part:
            payments.append((payer, part))


class TestRealBaskets:
    pytestmark = pytest.mark.django_db

    @pytest.fixture
    def tea(self):
        return create_product(title="Tea", price=D("10.00"), num_in_stock=10)

    @pytest.fixture
    def mug(self):
        return create_product(title="Mug", price=D("25.00"), num_in_stock=10)

    @pytest.fixture
    def basket(self, tea, mug):
        basket = Basket.objects.create()
        basket.strategy = Default()
        basket.add_product(tea, 2)
        basket.add_product(mug, 1)
        return basket

    @pytest.fixture
    def teas(self, tea):
        teas = Range.objects.create(name="Teas")
        teas.add_product(tea)
        return teas

    def total(self, basket, shipping="4.00"):
        amount = basket.total_incl_tax + D(shipping)
        return Price(currency="GBP", excl_tax=amount, incl_tax=amount)

    def test_shipping_is_what_the_order_costs_beyond_its_lines(self, basket):
        payable = Payable.of(basket, self.total(basket))

        assert (payable.total, payable.charges, sorted(payable.lines.values())) == (D("49"), D("4"), [D("20"), D("25")])

    def test_lines_in_the_range_count(self, basket, teas):
        card = Account(pk=1, balance=D("100"), product_range=teas, can_be_used_for_non_products=False)

        assert maximum_permitted(card, Payable.of(basket, self.total(basket))) == D("20.00")

    def test_prices_are_those_after_discounts(self, basket, teas):
        ConditionalOffer.objects.create(
            name="Half price tea",
            offer_type=ConditionalOffer.SITE,
            condition=Condition.objects.create(range=teas, type=Condition.COUNT, value=1),
            benefit=Benefit.objects.create(range=teas, type=Benefit.PERCENTAGE, value=50),
        )
        Applicator().apply(basket, request=RequestFactory().get("/"))
        card = Account(pk=1, balance=D("100"), product_range=teas, can_be_used_for_non_products=False)

        assert maximum_permitted(card, Payable.of(basket, self.total(basket))) == D("10.00")

    def test_once_the_tax_is_known_the_amounts_with_tax_count(self, basket):
        basket.strategy = UK()  # 20 % on everything
        payable = Payable.of(basket, Price(currency="GBP", excl_tax=D("45.00"), incl_tax=D("54.00")))

        assert (payable.total, sorted(payable.lines.values())) == (D("54.00"), [D("24.00"), D("30.00")])

    def test_before_the_tax_is_known_the_amounts_without_tax_count(self, basket):
        payable = Payable.of(basket, Price(currency="GBP", excl_tax=D("49.00")))

        assert payable.total == D("49.00")

"""What is scarce is sold once: the last piece, a voucher for one use, an offer that ends."""

from __future__ import annotations

import datetime
import html
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order
from oscar.core.loading import get_model

from accounts_ledger.models import Transfer
from oscar_integration.models import PaymentAttempt
from tests.oscar_integration.at_once import at_once
from tests.oscar_integration.conftest import Shopper

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def last_mug(product):
    product.stockrecords.update(num_in_stock=1)
    return product


@pytest.fixture
def ready(gift_card):
    """Return shoppers with a card each, who have seen the preview of an order of the same product."""

    def make(product, number, quantity=1, voucher=None):
        shoppers = [Shopper() for _number in range(number)]
        for shopper in shoppers:
            shopper.puts_in_basket(product, quantity)
            if voucher:
                shopper.client.post(reverse("basket:vouchers-add"), {"code": voucher})
            shopper.goes_to_payment()
            shopper.types_code(gift_card("50.00").code)
            shopper.order_seen = shopper.sees_order()
        return shoppers

    return make


def offer(kind, percent=10, **fields):
    Range, Condition, Benefit, Offer = (
        get_model("offer", name) for name in ("Range", "Condition", "Benefit", "ConditionalOffer")
    )
    everything = Range.objects.create(name="Everything", includes_all_products=True)
    condition = Condition.objects.create(range=everything, type=Condition.COUNT, value=1)
    benefit = Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=D(percent))
    return Offer.objects.create(name="Ten", offer_type=kind, condition=condition, benefit=benefit, **fields)


@pytest.fixture
def voucher_for_one_use(db):
    now = timezone.now()
    voucher = get_model("voucher", "Voucher").objects.create(
        name="ONCE",
        code="ONCE",
        usage="Single use",
        start_datetime=now - datetime.timedelta(days=1),
        end_datetime=now + datetime.timedelta(days=1),
    )
    voucher.offers.add(offer("Voucher"))
    return voucher


def test_the_last_piece_is_sold_once(last_mug, ready):
    first, second = ready(last_mug, 2)

    first.places_order()
    page = second.places_order().content.decode()

    assert Order.objects.count() == 1
    assert last_mug.stockrecords.get().num_allocated == 1
    assert Transfer.objects.filter(kind="redemption").count() == 1
    assert "Mug" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_threads_share_the_database")
def test_the_last_piece_is_sold_once_at_the_same_moment(last_mug, ready):
    shoppers = ready(last_mug, 3)

    pages = at_once(*[lambda shopper=shopper: shopper.places_order() for shopper in shoppers])

    assert Order.objects.count() == 1
    assert last_mug.stockrecords.get().num_allocated == 1
    assert Transfer.objects.filter(kind="redemption").count() == 1
    assert [page.status_code for page in pages] == [200] * 3


def test_the_message_says_what_is_left(product, ready, monkeypatch):
    """The stock changes after the page was asked whether the basket can be bought: only the lock sees it."""
    from oscar_integration.checkout import scarcity

    (shopper,) = ready(product, 1, quantity=2)
    claim = scarcity.claim

    def somebody_is_quicker(basket, user):
        product.stockrecords.update(num_in_stock=1)
        claim(basket, user)

    monkeypatch.setattr(scarcity, "claim", somebody_is_quicker)
    page = shopper.places_order().content.decode()

    assert "Only 1 of 'Mug' is left. Please change your basket." in html.unescape(page)
    assert not Order.objects.exists()
    assert not Transfer.objects.filter(kind="redemption").exists()


def test_what_somebody_pays_for_at_this_moment_is_not_sold_to_others(last_mug, ready, guest_shopper):
    guest_shopper.puts_in_basket(last_mug).goes_to_payment()
    seen = guest_shopper.sees_order(card="confirmed")
    guest_shopper.places_order(follow=False, card="confirmed", order_seen=seen)
    assert PaymentAttempt.objects.get().state == "redirected"

    (other,) = ready(last_mug, 1)
    page = other.places_order().content.decode()

    assert not Order.objects.exists()
    assert "has sold out: 0 are left" in page


def test_whom_the_piece_was_kept_for_gets_it(last_mug, guest_shopper):
    guest_shopper.puts_in_basket(last_mug).goes_to_payment()
    guest_shopper.places_order(follow=False, card="confirmed")

    guest_shopper.client.post(reverse("checkout:demo-card-return"), {"confirmed": "yes"})

    assert Order.objects.count() == 1


def test_another_payment_is_not_asked_for_what_has_sold_out(last_mug, guest_shopper, ready):
    guest_shopper.puts_in_basket(last_mug).goes_to_payment()
    guest_shopper.places_order(follow=False, card="confirmed")
    other = Shopper()
    other.puts_in_basket(last_mug).goes_to_payment()

    other.places_order(card="accepted")

    assert PaymentAttempt.objects.count() == 1


def test_a_voucher_for_one_use_is_used_once(product, ready, voucher_for_one_use):
    first, second = ready(product, 2, voucher="ONCE")

    first.places_order()
    second.places_order()

    assert voucher_for_one_use.applications.count() == 1
    assert get_model("order", "OrderDiscount").objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_threads_share_the_database")
def test_an_offer_that_ends_is_not_given_more_often_at_the_same_moment(product, ready):
    ending = offer("Site", max_global_applications=1)
    shoppers = ready(product, 3)

    at_once(*[lambda shopper=shopper: shopper.places_order() for shopper in shoppers])

    ending.refresh_from_db()
    assert ending.num_applications == 1
    assert get_model("order", "OrderDiscount").objects.count() == 1


# --- Offers of baskets that are being paid ---------------------------------------------------------


@pytest.fixture
def being_paid(product, guest_shopper):
    """Somebody at the other payment method's page, with a basket to which the offers of the moment apply."""

    def goes():
        guest_shopper.puts_in_basket(product).goes_to_payment()
        guest_shopper.places_order(follow=False, card="confirmed")
        assert PaymentAttempt.objects.get().state == "redirected"
        return guest_shopper

    return goes


@pytest.mark.parametrize("limit", [{"max_global_applications": 1}, {"max_discount": D("2.50")}])
def test_an_offer_that_somebody_is_paying_with_is_not_given_to_others(product, ready, being_paid, limit):
    ending = offer("Site", **limit)
    (other,) = ready(product, 1)
    being_paid()

    page = other.places_order().content.decode()

    assert "has been used up" in html.unescape(page)
    assert not Order.objects.exists()
    ending.refresh_from_db()
    assert ending.num_applications == 0


def test_whom_the_offer_was_kept_for_gets_it(being_paid):
    ending = offer("Site", max_global_applications=1)

    being_paid().client.post(reverse("checkout:demo-card-return"), {"confirmed": "yes"})

    ending.refresh_from_db()
    assert (Order.objects.count(), ending.num_applications) == (1, 1)


def test_an_offer_is_free_again_once_the_payment_is_given_up(product, ready, being_paid):
    ending = offer("Site", max_global_applications=1)
    (other,) = ready(product, 1)
    being_paid().client.post(reverse("checkout:demo-card-return"), {"confirmed": ""})

    other.places_order()

    ending.refresh_from_db()
    assert (Order.objects.count(), ending.num_applications) == (1, 1)


def test_an_offer_without_a_limit_is_for_all(product, ready, being_paid):
    offer("Site")
    (other,) = ready(product, 1)
    being_paid()

    other.places_order()

    assert Order.objects.count() == 1

"""From the product page to the issued card."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from django.core import mail
from django.urls import reverse
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Transfer
from oscar_integration.after_order import cancel_order, refund_order
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import delivery, payment, sales
from oscar_integration.selling import product as gift_card_product

from .conftest import add_to_basket

pytestmark = pytest.mark.usefixtures("books")
Basket = get_model("basket", "Basket")


def issued():
    return [sale.account for sale in GiftCardSale.objects.exclude(account=None).order_by("pk")]


def test_a_card_is_issued_from_the_bank_once_the_order_is_paid(buys, fixed_card, bank):
    order = buys(fixed_card)

    (card,) = issued()
    load = Transfer.objects.get(destination=card)
    assert (load.source, load.amount, load.kind, load.merchant_reference) == (bank, D("25.00"), "load", order.number)
    assert card.balance == D("25.00")


def test_the_buyer_chooses_the_value(buys, any_card):
    order = buys(any_card, value="37.50")

    assert order.total_incl_tax == D("37.50")
    assert issued()[0].balance == D("37.50")


def test_the_basket_shows_the_chosen_value_without_a_warning(guest_shopper, any_card):
    page = add_to_basket(guest_shopper, any_card, value="37.50").content.decode()

    assert "37.50" in page
    assert "has increased" not in page
    assert "has decreased" not in page


def test_two_values_are_two_lines(guest_shopper, any_card):
    add_to_basket(guest_shopper, any_card, value="10")
    add_to_basket(guest_shopper, any_card, value="20")

    assert Basket.objects.get().lines.count() == 2


@pytest.mark.parametrize("value", ["4.99", "500.01", "10.001", "-20", "NaN", "1e9", "x", "", None])
def test_a_value_outside_the_limits_is_refused(guest_shopper, any_card, value):
    add_to_basket(guest_shopper, any_card, value=value)

    assert not Basket.objects.filter(lines__isnull=False).exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "nobody"},
        {"email": None},
        {"email": "a@example.com\nBcc: b@example.com"},
        {"name": None},
        {"name": "x" * 200},
        {"message": "x" * 501},
        {"date": "2020-01-01"},
        {"date": "2999-01-01"},
        {"date": "tomorrow"},
    ],
)
def test_what_is_typed_is_checked(guest_shopper, fixed_card, typed):
    add_to_basket(guest_shopper, fixed_card, **typed)

    assert not Basket.objects.filter(lines__isnull=False).exists()


def test_several_of_one_kind_are_several_cards(buys, fixed_card):
    buys(fixed_card, quantity=3)

    assert [card.balance for card in issued()] == [D("25.00")] * 3
    assert len({card.code for card in issued()}) == 3


def test_a_card_is_valid_for_a_year_from_its_delivery(buys, fixed_card, next_week):
    buys(fixed_card, date=next_week.isoformat())

    assert issued()[0].end_date.date() in (next_week + datetime.timedelta(days=n) for n in (365, 366))


def test_a_shop_can_sell_cards_that_do_not_expire(buys, fixed_card, settings):
    settings.ACCOUNTS_GIFT_CARD_VALIDITY_DAYS = None
    buys(fixed_card)

    assert issued()[0].end_date is None


def test_other_products_issue_no_card(guest_shopper, product, gift_card, django_capture_on_commit_callbacks):
    card = gift_card("50.00")
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    with django_capture_on_commit_callbacks(execute=True):
        guest_shopper.places_order()

    assert not GiftCardSale.objects.exists()
    assert Account.objects.exclude(code=None).count() == 1


@pytest.mark.parametrize(("product_class", "sold"), [("gift-card", 1), (None, 0)])
def test_a_variant_is_a_card_if_its_parent_is_one_and_the_shop_sells_any(
    product_class, sold, buys, fixed_card, settings
):
    order = buys(fixed_card)
    parent = create_product(structure="parent", product_class="Mug")
    parent.product_class = gift_card_product.product_class()
    parent.save()
    variant = create_product(structure="child", parent=parent)
    order.lines.update(product=variant)
    settings.ACCOUNTS_GIFT_CARD_PRODUCT_CLASS = product_class

    assert gift_card_product.lines_of(order).count() == sold


def test_noting_and_issuing_twice_issues_once(buys, fixed_card):
    order = buys(fixed_card, quantity=2)

    sales.record(order)
    sales.issue_paid(order)
    delivery.deliver_due(order)

    assert len(issued()) == 2
    assert len(mail.outbox) - 1 == 2  # and the confirmation of the order


def test_an_order_that_is_not_paid_issues_nothing(buys, fixed_card):
    order = buys(fixed_card)
    GiftCardSale.objects.update(state="waiting", account=None)
    order.sources.update(amount_debited=0)

    assert sales.issue_paid(order) == []


def test_it_is_issued_once_the_money_has_come(buys, fixed_card, django_capture_on_commit_callbacks, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(payment, "due", lambda order: [])
        buys(fixed_card)
    assert issued() == []

    delivery.deliver_due()

    assert len(issued()) == 1


def test_what_was_refunded_before_it_was_issued_is_not_issued(buys, fixed_card, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(payment, "due", lambda order: [])
        order = buys(fixed_card)
    refund_order(order, D("25.00"))

    assert delivery.deliver_due().issued == 0


def test_a_cancelled_order_issues_nothing_even_if_its_money_was_kept(buys, fixed_card, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(payment, "due", lambda order: [])
        order = buys(fixed_card)
    order.status = "Cancelled"
    order.save()

    assert sales.issue_paid(order) == []


def test_when_issuing_fails_the_order_stands_and_it_is_tried_again(buys, fixed_card, monkeypatch):
    def refuse(*args, **kwargs):
        raise exceptions.LimitExceeded("Too much.")

    with monkeypatch.context() as patched:
        patched.setattr(facade, "issue", refuse)
        order = buys(fixed_card)
    assert order.status == "Pending"
    assert issued() == []

    assert delivery.deliver_due().issued == 1


@pytest.mark.parametrize("page", ["order", "thank-you"])
def test_the_orders_pages_show_the_card_but_not_its_code(buys, fixed_card, customer_shopper, page):
    order = buys(fixed_card, shopper=customer_shopper)
    card = issued()[0]
    order_page = reverse("customer:order", kwargs={"order_number": order.number})

    text = customer_shopper.client.get(order_page if page == "order" else reverse("checkout:thank-you"))

    assert "zoe@example.com" in text.content.decode()
    assert card.masked_code in text.content.decode()
    assert card.code not in text.content.decode()


# --- Gift cards for gift cards ---------------------------------------------------------------------


def test_a_gift_card_cannot_be_bought_with_a_gift_card(guest_shopper, fixed_card, gift_card):
    add_to_basket(guest_shopper, fixed_card)
    guest_shopper.client.post(reverse("checkout:index"), {"username": "b@example.com", "options": "anonymous"})
    guest_shopper.opens("payment-details")

    page = guest_shopper.types_code(gift_card("50.00").code).content.decode()

    assert "cannot pay for anything in this order" in page


def test_unless_the_shop_allows_it(guest_shopper, fixed_card, gift_card, settings, django_capture_on_commit_callbacks):
    settings.ACCOUNTS_GIFT_CARDS_BUY_GIFT_CARDS = True
    card = gift_card("50.00")
    add_to_basket(guest_shopper, fixed_card)
    guest_shopper.client.post(reverse("checkout:index"), {"username": "b@example.com", "options": "anonymous"})
    guest_shopper.opens("payment-details")
    guest_shopper.types_code(card.code)
    with django_capture_on_commit_callbacks(execute=True):
        guest_shopper.places_order()

    card.refresh_from_db()
    assert card.balance == D("25.00")
    assert issued()[0].balance == D("25.00")


# --- Taking back -----------------------------------------------------------------------------------


@pytest.fixture
def cancel():
    return cancel_order


def test_cancelling_closes_an_unused_card_and_refunds_it(buys, fixed_card, cancel, bank):
    order = buys(fixed_card)

    assert cancel(order)

    card = issued()[0]
    bank.refresh_from_db()
    assert (card.balance, card.status, bank.balance) == (0, "Closed", 0)
    assert order.sources.get().amount_refunded == D("25.00")


def test_a_card_that_was_used_is_not_taken_back(buys, fixed_card, cancel, redemptions):
    order = buys(fixed_card)
    facade.transfer(issued()[0], redemptions, D("1.00"))

    with pytest.raises(exceptions.AccountException, match="was used"):
        cancel(order)

    order.refresh_from_db()
    assert order.status == "Pending"
    assert order.sources.get().amount_refunded == 0


def test_a_card_that_was_used_and_topped_up_again_is_not_taken_back(buys, fixed_card, cancel, bank, redemptions):
    order = buys(fixed_card)
    facade.transfer(issued()[0], redemptions, D("1.00"))
    facade.transfer(bank, issued()[0], D("1.00"))

    with pytest.raises(exceptions.AccountException, match="was used"):
        cancel(order)


def test_a_card_that_is_on_hold_is_not_taken_back(buys, fixed_card, cancel):
    order = buys(fixed_card)
    facade.hold(issued()[0], D("1.00"))

    with pytest.raises(exceptions.AccountException, match="was used"):
        cancel(order)


def test_a_card_that_somebody_made_their_own_is_not_taken_back(buys, fixed_card, cancel, customer):
    order = buys(fixed_card)
    Account.objects.filter(pk=issued()[0].pk).update(primary_user=customer)

    with pytest.raises(exceptions.AccountException, match="was used"):
        cancel(order)


def test_a_cancelled_order_sends_nothing_any_more(buys, fixed_card, cancel, next_week):
    order = buys(fixed_card, date=next_week.isoformat())
    cancel(order)
    GiftCardSale.objects.update(next_try=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))

    assert delivery.deliver_due().sent == 0


def test_a_refund_of_one_card_of_two_closes_one(buys, fixed_card, cancel):
    order = buys(fixed_card, quantity=2)

    refund_order(order, D("25.00"), lines=[(order.lines.get(), 1)])

    assert sorted(card.status for card in issued()) == ["Closed", "Open"]


def test_a_refund_of_a_line_closes_no_card_of_another_line(guest_shopper, buys, any_card):
    add_to_basket(guest_shopper, any_card, value="10")
    order = buys(any_card, value="20")
    second = order.lines.latest("pk")

    refund_order(order, second.line_price_incl_tax, lines=[(second, 1)])

    assert {sale.line_id: sale.account.status for sale in GiftCardSale.objects.all()} == {
        order.lines.earliest("pk").pk: "Open",
        second.pk: "Closed",
    }


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_cannot_be_told_does_not_undo_what_the_shopper_sees(guest_shopper, fixed_card, monkeypatch):
    def refuse(order):
        raise RuntimeError

    monkeypatch.setattr(delivery, "deliver_soon", refuse)
    add_to_basket(guest_shopper, fixed_card)
    guest_shopper.client.post(reverse("checkout:index"), {"username": "buyer@example.com", "options": "anonymous"})
    guest_shopper.opens("payment-details")

    page = guest_shopper.places_order(card="accepted")

    assert page.redirect_chain[-1][0] == reverse("checkout:thank-you")

"""An order of gift cards is refunded: nobody has the money and the card."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.urls import reverse
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger import exceptions, facade
from accounts_ledger.models import Account, Hold
from oscar_integration.after_order import left_to_refund, record_refund_elsewhere, refund_order
from oscar_integration.models import GiftCardSale
from oscar_integration.selling.taking_back import CardsUndecided, CardWasUsed, SoldCards
from tests.oscar_integration.after_order.conftest import Dashboard
from tests.oscar_integration.selling.conftest import add_to_basket, buys, fixed_card

__all__ = ["buys", "fixed_card"]

pytestmark = pytest.mark.usefixtures("books")


def sold(order):
    sales = GiftCardSale.objects.filter(order=order).order_by("pk")
    return [Account.objects.get(pk=sale.account_id) for sale in sales]


@pytest.fixture
def order(buys, fixed_card):
    """One card of 25.00, paid by the demo card."""
    return buys(fixed_card)


@pytest.fixture
def spends(redemptions):
    return lambda account, amount: facade.transfer(account, redemptions, D(amount))


def test_an_amount_that_was_paid_for_a_live_card_is_asked_about(order):
    with pytest.raises(CardsUndecided, match=r"£25\.00 left of £25\.00"):
        refund_order(order, D("25.00"))

    assert left_to_refund(order) == D("25.00")


def test_even_a_penny_of_it_is_asked_about(order):
    with pytest.raises(CardsUndecided):
        refund_order(order, D("0.01"))


def test_the_dashboard_asks_too(order, manager):
    shown = Dashboard(manager).refunds(order, "25.00")

    assert "Choose what happens to them" in shown
    assert left_to_refund(order) == D("25.00")


def test_the_dashboard_offers_what_can_be_chosen(order, manager):
    page = Dashboard(manager).page_of(order)

    assert "Take it off cards that nobody has used" in page
    assert "£25.00 left of £25.00" in page


def test_an_unused_card_is_closed_with_the_refund_of_all_of_it(order, bank):
    refund_order(order, D("25.00"), sold_cards=SoldCards.UNUSED)

    (card,) = sold(order)
    bank.refresh_from_db()
    assert (card.balance, card.status, bank.balance) == (0, "Closed", 0)


def test_a_part_is_taken_off_an_unused_card_which_lives_on(order):
    refund_order(order, D("10.00"), sold_cards=SoldCards.UNUSED)

    (card,) = sold(order)
    assert (card.balance, card.status) == (D("15.00"), "Open")
    refund_order(order, D("15.00"), sold_cards=SoldCards.UNUSED)
    assert sold(order)[0].status == "Closed"


def test_unused_cards_go_first(buys, fixed_card, spends):
    order = buys(fixed_card, quantity=2)
    used, _unused = sold(order)
    spends(used, "5.00")

    refund_order(order, D("25.00"), sold_cards=SoldCards.REMAINDER)

    assert [(card.balance, card.status) for card in sold(order)] == [(D("20.00"), "Open"), (0, "Closed")]


def test_of_returned_pieces_unused_cards_are_closed_first(buys, fixed_card, spends):
    order = buys(fixed_card, quantity=2)
    spends(sold(order)[0], "5.00")

    refund_order(order, lines=[(order.lines.get(), 1)])

    assert [(card.balance, card.status) for card in sold(order)] == [(D("20.00"), "Open"), (0, "Closed")]


def test_a_used_card_offers_its_remainder(order, spends):
    spends(sold(order)[0], "10.00")
    with pytest.raises(CardWasUsed, match=r"Only £0\.00 can be taken"):
        refund_order(order, D("15.00"), sold_cards=SoldCards.UNUSED)
    with pytest.raises(CardWasUsed, match=r"Only £15\.00 can be taken"):
        refund_order(order, D("25.00"), sold_cards=SoldCards.REMAINDER)

    refund_order(order, D("15.00"), sold_cards=SoldCards.REMAINDER)

    assert (sold(order)[0].balance, left_to_refund(order)) == (0, D("10.00"))


def test_what_was_spent_of_a_card_is_asked_about_even_after_its_remainder_was_refunded(order, spends):
    spends(sold(order)[0], "10.00")
    refund_order(order, D("15.00"), sold_cards=SoldCards.REMAINDER)

    with pytest.raises(CardsUndecided):
        refund_order(order, D("10.00"))


def test_staff_can_leave_the_cards_alone(order):
    refund_order(order, D("5.00"), sold_cards=SoldCards.KEEP)

    assert sold(order)[0].balance == D("25.00")
    with pytest.raises(CardsUndecided):
        refund_order(order, D("1.00"))


def test_a_choice_that_is_none_is_no_choice(order):
    with pytest.raises(CardsUndecided):
        refund_order(order, D("25.00"), sold_cards="whatever")


def test_goods_beside_a_card_are_refunded_without_a_question(buys, fixed_card, product, guest_shopper):
    add_to_basket(guest_shopper, fixed_card)
    guest_shopper.puts_in_basket(product)
    guest_shopper.goes_to_payment()
    guest_shopper.client.post(reverse("checkout:preview"), {"card": "accepted"})
    guest_shopper.places_order(card="accepted")
    order = GiftCardSale.objects.get().order

    refund_order(order, D("20.00"))

    with pytest.raises(CardsUndecided):
        refund_order(order, D("0.01"))


def test_the_value_of_a_replaced_card_is_taken_off_its_replacement(order):
    new = facade.replace(sold(order)[0])

    refund_order(order, D("25.00"), sold_cards=SoldCards.UNUSED)

    new.refresh_from_db()
    assert (new.balance, new.status) == (0, "Closed")


def test_a_frozen_card_is_refused_before_the_other_method_is_asked(order, monkeypatch):
    asked = []
    monkeypatch.setattr("backoffice.shop.demo_card.refund", lambda *args: asked.append(args))
    facade.freeze(sold(order)[0])

    with pytest.raises(exceptions.FrozenAccount):
        refund_order(order, D("25.00"), sold_cards=SoldCards.UNUSED)

    assert asked == []


def test_a_card_is_not_spent_while_the_other_method_is_asked(order, monkeypatch, spends):
    def give_back(*args):
        with pytest.raises(exceptions.InsufficientFunds):
            spends(sold(order)[0], "10.00")

    monkeypatch.setattr("backoffice.shop.demo_card.refund", give_back)

    refund_order(order, D("25.00"), sold_cards=SoldCards.UNUSED)

    assert sold(order)[0].status == "Closed"


def test_when_the_other_method_refuses_the_card_is_as_it_was(order, monkeypatch, spends):
    def refuse(*args):
        raise PaymentError("No.")

    monkeypatch.setattr("backoffice.shop.demo_card.refund", refuse)
    with pytest.raises(PaymentError):
        refund_order(order, D("25.00"), sold_cards=SoldCards.UNUSED)

    assert GiftCardSale.objects.get().state == "issued"
    spends(sold(order)[0], "25.00")


def test_when_one_of_two_methods_refuses_what_the_other_gave_is_taken_off_the_card(order, monkeypatch):
    first = order.sources.get()
    first.amount_debited = first.amount_allocated = D("15.00")
    first.save()
    first.pk, first.label, first.amount_debited, first.amount_allocated = None, "second", D("10.00"), D("10.00")
    first.save()

    def refuse_the_first(source, amount, reference):
        if source.label != "second":
            raise PaymentError("No.")

    monkeypatch.setattr("backoffice.shop.demo_card.refund", refuse_the_first)
    with pytest.raises(PaymentError, match=r"£10\.00 was refunded before this problem"):
        refund_order(order, D("25.00"), sold_cards=SoldCards.UNUSED)

    (card,) = sold(order)
    assert (card.balance, card.held, left_to_refund(order)) == (D("15.00"), 0, D("15.00"))
    assert GiftCardSale.objects.get().state == "issued"


def test_what_was_refunded_elsewhere_is_asked_about_too(order):
    with pytest.raises(CardsUndecided):
        record_refund_elsewhere(order, order.sources.get(), D("25.00"), reference="till 3")

    record_refund_elsewhere(order, order.sources.get(), D("25.00"), reference="till 3", sold_cards=SoldCards.UNUSED)
    assert sold(order)[0].status == "Closed"


@pytest.mark.parametrize(("spent", "left"), [("10.00", "0.00"), ("25.00", "0.00")])
def test_a_card_that_was_let_go_and_spent_while_the_other_method_was_asked_does_not_keep_its_refund_open(
    order, monkeypatch, spends, spent, left
):
    def give_back(*args):
        facade.void(Hold.objects.get())
        spends(sold(order)[0], spent)

    monkeypatch.setattr("backoffice.shop.demo_card.refund", give_back)

    assert refund_order(order, D("25.00"), sold_cards=SoldCards.UNUSED).amount == D("25.00")

    assert sold(order)[0].balance == D(left)
    assert f"£{spent} of it could not be taken back" in order.notes.get().message

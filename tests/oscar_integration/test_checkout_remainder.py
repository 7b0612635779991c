"""An order that accounts pay in part and a card pays the rest of."""

import datetime
from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from oscar.apps.payment.exceptions import GatewayError

from accounts_ledger import facade
from accounts_ledger.models import Hold, Transfer
from oscar_integration import attempts
from oscar_integration.models import PaymentAttempt
from tests.oscar_integration.remainder import (
    STEPS,
    Basket,
    Killed,
    Order,
    State,
    after,
    assert_nothing_was_taken,
    assert_paid_once,
    card,
    failing,
    later,
    leave_something_to_give_back,
    pays,
    provider,
    resolve,
    shopper,
    text,
)

__all__ = ["card", "provider", "shopper"]  # fixtures


pytestmark = pytest.mark.usefixtures("books")


def test_the_card_pays_what_the_account_does_not_cover(shopper, card, provider):
    thanks = pays(shopper)

    assert thanks.redirect_chain[-1][0] == reverse("checkout:thank-you")
    assert_paid_once(card, provider)


def test_the_preview_shows_both_parts(shopper, provider):
    page = shopper.client.post(reverse("checkout:preview"), {"card": "accepted"})

    assert "£5.00" in text(page)
    assert "£15.00" in text(page)


def test_the_redemption_is_the_capture_of_a_hold_and_names_the_order(shopper, card, provider):
    pays(shopper)

    order, redemption = Order.objects.get(), Transfer.objects.get(kind="redemption")
    assert redemption.merchant_reference == order.number
    assert redemption.hold.status == Hold.Status.CAPTURED
    assert order.sources.get(source_type__code="account").reference == redemption.reference


def test_an_order_that_costs_more_than_was_seen_is_shown_again_before_the_card_pays(shopper, card, product, provider):
    seen = shopper.client.post(reverse("checkout:preview"), {"card": "accepted"}).context["order_seen"]
    product.stockrecords.update(price=D("17.05"))

    page = shopper.places_order(card="accepted", order_seen=seen)

    assert "has changed" in text(page)
    assert_nothing_was_taken(card, provider)


def test_a_declined_card_lets_go_of_everything_and_another_try_works(shopper, card, provider):
    page = pays(shopper, "declined")

    assert "Your card was declined." in text(page)
    assert_nothing_was_taken(card, provider)

    pays(shopper)
    assert_paid_once(card, provider)


def test_a_provider_that_has_declined_is_not_asked_to_give_anything_back(shopper, provider):
    provider.answers = False

    pays(shopper, "declined")

    assert PaymentAttempt.objects.get().state == State.CANCELLED


def test_when_the_provider_does_not_answer_it_is_asked_to_take_nothing(shopper, card, provider, monkeypatch):
    def take_and_fail(attempt, chosen):
        provider.take(attempt)
        raise GatewayError("timeout")

    with monkeypatch.context() as patched:
        patched.setattr("backoffice.shop.demo_card.charge", take_and_fail)
        page = pays(shopper)

    assert "no payment has been taken" in text(page)
    assert_nothing_was_taken(card, provider)
    pays(shopper)
    assert_paid_once(card, provider)


def test_what_the_provider_could_not_give_back_is_asked_for_again_later(shopper, card, provider, monkeypatch):
    provider.answers = False
    with monkeypatch.context() as patched:
        patched.setattr("oscar.apps.order.utils.OrderCreator.create_order_model", failing(RuntimeError))
        pays(shopper)
    assert provider.total == D("15.00")
    assert PaymentAttempt.objects.get().state == State.CANCELLING
    card.refresh_from_db()
    assert card.held == 0

    provider.answers = True
    later()
    call_command("finish_abandoned_payments", verbosity=0)

    assert_nothing_was_taken(card, provider)
    assert PaymentAttempt.objects.get().state == State.CANCELLED


def test_giving_back_an_earlier_try_does_not_open_the_basket_of_the_order(shopper, card, provider, monkeypatch):
    leave_something_to_give_back(shopper, provider, monkeypatch)
    pays(shopper)

    later()
    attempts.finish_abandoned()

    assert Order.objects.get().basket.status == Basket.SUBMITTED
    assert_paid_once(card, provider)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_when_a_step_fails_everything_is_given_back_and_the_order_can_be_paid_again(
    step, moment, shopper, card, provider, monkeypatch
):
    with monkeypatch.context() as patched:
        patched.setattr(step, failing(RuntimeError) if moment == "before" else after(resolve(step), RuntimeError))
        pays(shopper)

    assert_nothing_was_taken(card, provider)
    assert Basket.objects.get().status == Basket.OPEN

    pays(shopper)
    assert_paid_once(card, provider)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_when_the_server_is_killed_at_a_step_everything_is_given_back_in_time(
    step, moment, shopper, card, provider, monkeypatch
):
    with monkeypatch.context() as patched:
        patched.setattr(step, failing(Killed) if moment == "before" else after(resolve(step), Killed))
        with pytest.raises(Killed):
            pays(shopper)
    assert not Order.objects.exists()

    later()
    call_command("finish_abandoned_payments", verbosity=0)

    assert_nothing_was_taken(card, provider)
    pays(shopper)
    assert_paid_once(card, provider)


def test_the_shopper_need_not_wait_for_the_clean_up_after_a_server_was_killed(shopper, card, provider, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("oscar_integration.attempts.charged", failing(Killed))
        with pytest.raises(Killed):
            pays(shopper)
    assert provider.total == D("15.00")

    PaymentAttempt.objects.update(date_changed=timezone.now() - datetime.timedelta(minutes=3))
    pays(shopper)

    assert_paid_once(card, provider)


def test_while_the_order_is_being_paid_elsewhere_it_is_not_paid_again(shopper, card, provider, monkeypatch):
    monkeypatch.setattr("oscar_integration.checkout.paying._WAIT_SECONDS", 0)
    with monkeypatch.context() as patched:
        patched.setattr("oscar_integration.attempts.charged", failing(Killed))
        with pytest.raises(Killed):
            pays(shopper)

    page = pays(shopper)

    assert "is already being paid" in text(page)
    assert provider.total == D("15.00")
    assert not Order.objects.exists()
    later()
    attempts.finish_abandoned()
    assert_nothing_was_taken(card, provider)


def test_a_charge_that_comes_after_its_attempt_was_cancelled_is_given_back(shopper, card, provider, monkeypatch):
    def slow(attempt, chosen):
        later()
        attempts.finish_abandoned()
        return provider.take(attempt)

    with monkeypatch.context() as patched:
        patched.setattr("backoffice.shop.demo_card.charge", slow)
        page = pays(shopper)

    assert "cancelled" in text(page)
    assert_nothing_was_taken(card, provider)


def test_a_payment_that_was_cancelled_after_the_charge_becomes_no_order(guest_shopper, product, provider, monkeypatch):
    record_payment = resolve("oscar_integration.checkout.placing.PlacingMixin.record_payment")

    def slow(view, debits):
        later()
        attempts.finish_abandoned()
        record_payment(view, debits)

    monkeypatch.setattr("oscar_integration.checkout.placing.PlacingMixin.record_payment", slow)
    guest_shopper.puts_in_basket(product).goes_to_payment()
    pays(guest_shopper)

    assert provider.total == 0
    assert not Order.objects.exists()


def test_a_payment_that_became_an_order_is_not_cancelled_any_more(shopper, card, provider):
    pays(shopper)

    assert not attempts.cancel(PaymentAttempt.objects.get(), "too late")

    assert_paid_once(card, provider)


def test_what_is_held_cannot_be_spent_by_another_order_meanwhile(shopper, card, provider, monkeypatch):
    seen = {}

    def look(attempt, chosen):
        card.refresh_from_db()
        seen["available"] = card.amount_available
        return provider.take(attempt)

    monkeypatch.setattr("backoffice.shop.demo_card.charge", look)
    pays(shopper)

    assert seen == {"available": D("0.00")}


def test_the_other_method_is_not_asked_for_what_an_account_cannot_pay_any_more(
    guest_shopper, product, gift_card, redemptions
):
    card = gift_card("12.00")
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    guest_shopper.order_seen = guest_shopper.sees_order(card="accepted")
    facade.transfer(card, redemptions, D("7.00"))

    page = guest_shopper.places_order(card="accepted")

    assert "Your order has changed. Please check it once more." in page.content.decode()
    assert not PaymentAttempt.objects.exists()

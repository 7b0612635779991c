"""An order whose rest is paid at a bank's own site: the shopper goes there and comes back, or does not."""

import datetime
from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from oscar_integration import attempts
from oscar_integration.models import PaymentAttempt
from tests.oscar_integration.remainder import (
    STEPS,
    Basket,
    Killed,
    State,
    after,
    assert_nothing_was_taken,
    assert_paid_once,
    card,
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


class TestRedirects:
    def goes_to_bank(self, shopper):
        response = pays(shopper, "confirmed", follow=False)
        attempt = PaymentAttempt.objects.get(state=State.REDIRECTED)
        assert response.url == reverse("checkout:demo-bank", kwargs={"reference": attempt.reference})
        return attempt

    def comes_back(self, shopper, confirmed="yes"):
        return shopper.client.post(reverse("checkout:demo-card-return"), {"confirmed": confirmed}, follow=True)

    def test_an_order_that_is_confirmed_at_the_bank_is_placed(self, shopper, card, provider):
        attempt = self.goes_to_bank(shopper)
        assert "£15.00" in text(shopper.client.get(reverse("checkout:demo-bank", args=[attempt.reference])))

        thanks = self.comes_back(shopper)

        assert thanks.redirect_chain[-1][0] == reverse("checkout:thank-you")
        assert_paid_once(card, provider)

    def test_the_basket_is_frozen_meanwhile(self, shopper, provider):
        self.goes_to_bank(shopper)

        assert Basket.objects.get().status == Basket.FROZEN

    def test_a_refusal_at_the_bank_gives_everything_back(self, shopper, card, provider):
        self.goes_to_bank(shopper)

        page = self.comes_back(shopper, "no")

        assert "Not confirmed" in text(page)
        assert_nothing_was_taken(card, provider)
        pays(shopper)
        assert_paid_once(card, provider)

    def test_coming_back_twice_pays_once(self, shopper, card, provider):
        self.goes_to_bank(shopper)
        self.comes_back(shopper)

        thanks = self.comes_back(shopper)

        assert_paid_once(card, provider)
        assert thanks.status_code == 200

    def test_a_shopper_who_goes_back_without_paying_finds_the_basket_and_can_pay(self, shopper, card, provider):
        self.goes_to_bank(shopper)

        page = shopper.opens("payment-details")

        assert "Your payment was not completed" in text(page)
        assert_nothing_was_taken(card, provider)
        pays(shopper)
        assert_paid_once(card, provider)

    def test_coming_back_after_the_payment_was_given_up_takes_nothing(self, shopper, card, provider):
        self.goes_to_bank(shopper)
        shopper.opens("payment-details")

        self.comes_back(shopper)

        assert_nothing_was_taken(card, provider)

    def test_a_shopper_who_never_comes_back_leaves_nothing_held(self, shopper, card, provider):
        self.goes_to_bank(shopper)

        later()
        call_command("finish_abandoned_payments", verbosity=0)

        assert_nothing_was_taken(card, provider)
        assert Basket.objects.get().status == Basket.OPEN

    def test_coming_back_too_late_takes_nothing(self, shopper, card, provider):
        self.goes_to_bank(shopper)
        later()

        page = self.comes_back(shopper)

        assert "took too long" in text(page)
        assert_nothing_was_taken(card, provider)

    def test_giving_back_an_earlier_try_does_not_open_the_basket_meanwhile(self, shopper, card, provider, monkeypatch):
        leave_something_to_give_back(shopper, provider, monkeypatch)
        self.goes_to_bank(shopper)

        PaymentAttempt.objects.update(date_changed=timezone.now() - datetime.timedelta(minutes=3))
        assert attempts.finish_abandoned() == (1, 0)

        assert Basket.objects.get().status == Basket.FROZEN
        self.comes_back(shopper)
        assert_paid_once(card, provider)

    def test_a_shopper_may_take_longer_at_the_bank_than_a_payment_without_one(self, shopper, card, provider):
        self.goes_to_bank(shopper)
        PaymentAttempt.objects.update(date_changed=timezone.now() - datetime.timedelta(minutes=3))
        attempts.finish_abandoned()

        self.comes_back(shopper)

        assert_paid_once(card, provider)

    def test_another_window_leaves_a_payment_alone_that_is_being_confirmed(self, shopper, card, provider, monkeypatch):
        statuses = []

        def confirm(attempt, confirmed):
            shopper.opens("payment-details")
            statuses.append(Basket.objects.get(pk=attempt.basket_id).status)
            return provider.take(attempt)

        self.goes_to_bank(shopper)
        monkeypatch.setattr("backoffice.shop.demo_card.confirm", confirm)
        self.comes_back(shopper)

        assert statuses == [Basket.FROZEN]
        assert_paid_once(card, provider)

    def test_of_two_returns_at_the_same_moment_one_asks_the_bank(self, shopper, provider, monkeypatch):
        monkeypatch.setattr("oscar_integration.checkout.paying._WAIT_SECONDS", 0)
        asked = []

        def confirm(attempt, confirmed):
            asked.append(attempt.reference)
            if len(asked) == 1:
                self.comes_back(shopper)
            return provider.take(attempt)

        self.goes_to_bank(shopper)
        monkeypatch.setattr("backoffice.shop.demo_card.confirm", confirm)
        self.comes_back(shopper)

        assert len(asked) == 1

    @pytest.mark.parametrize("price", ["20.00", "12.00"])
    def test_when_the_price_has_changed_meanwhile_nothing_is_taken(self, price, shopper, card, product, provider):
        self.goes_to_bank(shopper)
        product.stockrecords.update(price=D(price))

        page = self.comes_back(shopper)

        assert "has changed" in text(page)
        assert_nothing_was_taken(card, provider)
        assert provider.charges == 0

    @pytest.mark.parametrize("kill", [False, True])
    @pytest.mark.parametrize("step", [step for step in STEPS if "_claim" not in step and "hold" not in step])
    def test_whatever_fails_after_the_bank_everything_is_given_back(
        self, step, kill, shopper, card, provider, monkeypatch
    ):
        self.goes_to_bank(shopper)
        step = step.replace("demo_card.charge", "demo_card.confirm")
        with monkeypatch.context() as patched:
            patched.setattr(step, after(resolve(step), Killed if kill else RuntimeError))
            if kill:
                with pytest.raises(Killed):
                    self.comes_back(shopper)
                later()
                attempts.finish_abandoned()
            else:
                self.comes_back(shopper)

        assert_nothing_was_taken(card, provider)
        shopper.opens("payment-details")
        pays(shopper)
        assert_paid_once(card, provider)

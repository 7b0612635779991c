"""An order that accounts pay in part and a card pays the rest of."""

import datetime
from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from oscar.apps.payment.exceptions import GatewayError, RedirectRequired, UnableToTakePayment
from oscar.core.loading import get_model

from accounts_ledger import facade
from accounts_ledger.models import Hold, Transfer
from oscar_integration import attempts
from oscar_integration.attempts import RemainderPaid
from oscar_integration.models import PaymentAttempt

pytestmark = pytest.mark.usefixtures("books")

Order = get_model("order", "Order")
Basket = get_model("basket", "Basket")
State = PaymentAttempt.State


class Killed(BaseException):
    """The server stops: no exception handler of the application sees it."""


class Provider:
    """A payment provider's own books: what it has taken, by reference."""

    def __init__(self):
        self.taken = {}
        self.answers = True
        #: How often something was taken, given back or not.
        self.charges = 0

    def charge(self, attempt, card):
        if card == "declined":
            raise UnableToTakePayment("Your card was declined.")
        if card == "confirmed":
            raise RedirectRequired(reverse("checkout:demo-bank", kwargs={"reference": attempt.reference}))
        return self.take(attempt)

    def confirm(self, attempt, confirmed):
        if not confirmed:
            raise UnableToTakePayment("Not confirmed.")
        return self.take(attempt)

    def take(self, attempt):
        self.charges += 1
        self.taken[attempt.reference] = attempt.remainder
        return RemainderPaid(method="Demo card", reference=f"p-{attempt.reference}", label="•••• 4242")

    def cancel(self, attempt):
        if not self.answers:
            raise GatewayError("no answer")
        self.taken.pop(attempt.reference, None)

    @property
    def total(self):
        return sum(self.taken.values(), D(0))


@pytest.fixture
def provider(monkeypatch):
    provider = Provider()
    for name in ("charge", "confirm", "cancel"):
        monkeypatch.setattr(f"backoffice.shop.checkout.demo_card.{name}", getattr(provider, name))
    return provider


@pytest.fixture
def card(gift_card):
    return gift_card("5.00")


@pytest.fixture
def shopper(guest_shopper, product, card):
    guest_shopper.puts_in_basket(product).goes_to_payment()
    guest_shopper.types_code(card.code)
    return guest_shopper


def assert_nothing_was_taken(card, provider):
    card.refresh_from_db()
    assert (card.balance, card.held) == (D("5.00"), D("0.00"))
    assert provider.total == 0
    assert not Order.objects.exists()
    assert not Hold.objects.filter(status="open").exists()


def assert_paid_once(card, provider):
    card.refresh_from_db()
    assert (card.balance, card.held) == (D("0.00"), D("0.00"))
    assert provider.total == D("15.00")
    order = Order.objects.get()
    assert sorted(order.sources.values_list("source_type__name", "amount_debited")) == [
        ("Account", D("5.00")),
        ("Demo card", D("15.00")),
    ]
    assert not Hold.objects.filter(status="open").exists()


def pays(shopper, card="accepted", **kwargs):
    shopper.client.post(reverse("checkout:preview"), {"card": card})
    return shopper.places_order(card=card, **kwargs)


def text(response):
    return " ".join(response.content.decode().split())


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
        patched.setattr("backoffice.shop.checkout.demo_card.charge", take_and_fail)
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


def leave_something_to_give_back(shopper, provider, monkeypatch):
    """Have a try to pay fail while the provider does not answer; then it does again."""
    provider.answers = False
    with monkeypatch.context() as patched:
        patched.setattr("oscar.apps.order.utils.OrderCreator.create_order_model", failing(RuntimeError))
        pays(shopper)
    provider.answers = True


def failing(exception):
    def fail(*args, **kwargs):
        raise exception("out of order")

    return fail


def after(original, exception):
    """Return a function that does what *original* does and then raises."""

    def act_and_fail(*args, **kwargs):
        original(*args, **kwargs)
        raise exception("out of order")

    return act_and_fail


def later():
    """Let more than the payment timeout and the holds' lifetime pass."""
    past = timezone.now() - datetime.timedelta(hours=3)
    PaymentAttempt.objects.update(date_changed=past, expires_at=past)


#: Every boundary between two steps, from the first hold to the last line of the order.
STEPS = [
    "oscar_integration.attempts._claim",
    "accounts_ledger.facade.hold",
    "backoffice.shop.checkout.demo_card.charge",
    "oscar_integration.attempts.charged",
    "oscar_integration.checkout.placing.PlacingMixin.record_payment",
    "oscar_integration.attempts.placed",
    "oscar.apps.checkout.mixins.OrderPlacementMixin.create_shipping_address",
    "oscar.apps.order.utils.OrderCreator.create_order_model",
    "oscar.apps.order.utils.OrderCreator.create_line_models",
    "oscar.apps.order.utils.OrderCreator.update_stock_records",
    "oscar.apps.order.utils.OrderCreator.place_order",
    "oscar.apps.checkout.mixins.OrderPlacementMixin.save_payment_events",
    "oscar.apps.checkout.mixins.OrderPlacementMixin.save_payment_sources",
    "oscar_integration.checkout.placing.PlacingMixin.check_paid_in_full",
    "oscar.apps.basket.abstract_models.AbstractBasket.submit",
    "accounts_ledger.facade.capture",
]


def resolve(path):
    from django.utils.module_loading import import_string

    try:
        return import_string(path)
    except ImportError:
        owner, name = path.rsplit(".", 1)
        return getattr(import_string(owner), name)


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

    assert "is being paid at this moment" in text(page)
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
        patched.setattr("backoffice.shop.checkout.demo_card.charge", slow)
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

    monkeypatch.setattr("backoffice.shop.checkout.demo_card.charge", look)
    pays(shopper)

    assert seen == {"available": D("0.00")}


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
        monkeypatch.setattr("backoffice.shop.checkout.demo_card.confirm", confirm)
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
        monkeypatch.setattr("backoffice.shop.checkout.demo_card.confirm", confirm)
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

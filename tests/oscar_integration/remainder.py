"""What tests of an order that another method pays in part share: its provider, a shopper, and what holds afterwards."""

import datetime
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone
from oscar.apps.payment.exceptions import GatewayError, RedirectRequired, UnableToTakePayment
from oscar.core.loading import get_model

from accounts_ledger.models import Hold
from oscar_integration.attempts import RemainderPaid
from oscar_integration.models import PaymentAttempt

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
        monkeypatch.setattr(f"backoffice.shop.demo_card.{name}", getattr(provider, name))
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
    "backoffice.shop.demo_card.charge",
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
    "accounts_ledger.facade.capture_many",
]


def resolve(path):
    from django.utils.module_loading import import_string

    try:
        return import_string(path)
    except ImportError:
        owner, name = path.rsplit(".", 1)
        return getattr(import_string(owner), name)

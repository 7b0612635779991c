"""Orders that were paid at the real checkout, and staff at Oscar's dashboard."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order
from oscar.core.loading import get_class, get_model

from oscar_integration.after_order.refunding import refund_event_type


@pytest.fixture
def paid_order(guest_shopper, product, gift_card):
    """Place an order of 20.00, paid with cards of these values, the rest by the demo card."""

    def place(*cards, shopper=guest_shopper):
        shopper.puts_in_basket(product).goes_to_payment()
        for card in cards:
            shopper.types_code(card.code)
        shopper.places_order(card="accepted")
        return Order.objects.latest("pk")

    return place


@pytest.fixture
def manager(db):
    return get_user_model().objects.create_user("manager", is_staff=True, is_superuser=True)


@pytest.fixture
def handler(manager):
    return get_class("order.processing", "EventHandler")(manager)


@pytest.fixture
def refund(handler):
    """Refund an order as the dashboard does."""
    return lambda order, amount, **kwargs: handler.handle_payment_event(order, refund_event_type(), D(amount), **kwargs)


class Dashboard:
    """A member of staff at the order's page of Oscar's dashboard; each method returns the messages shown."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def cancels(self, order, **data):
        return self._posts(order, order_action="change_order_status", new_status="Cancelled", **data)

    def opens(self, order):
        return self.client.get(_page_of(order)).context

    def page_of(self, order):
        return self.client.get(_page_of(order)).content.decode()

    def refunds(self, order, amount, key=None, **data):
        """Send the refund form, as it is shown now or with the key of one that was shown before."""
        key = key or self.opens(order)["refund_form"]["one_time_key"].value()
        return self._posts(order, order_action="refund", amount=amount, one_time_key=key, **data)

    def refunds_lines(self, order, amount, key=None, **shown):
        """Send Oscar's own form for payment events, with all lines ticked."""
        line = order.lines.get()
        code = refund_event_type().code
        lines = {"selected_line": line.pk, f"selected_line_qty_{line.pk}": line.quantity}
        data = {"line_action": "create_payment_event", "payment_event_type": code, "amount": amount, **lines, **shown}
        return self._posts(order, **data, **({"one_time_key": key} if key else {}))

    def refunds_pieces(self, order, pieces, amount="", **data):
        """Send Oscar's own form for payment events, with so many pieces of these lines."""
        lines = {"selected_line": [line.pk for line in pieces], **data}
        lines |= {f"selected_line_qty_{line.pk}": quantity for line, quantity in pieces.items()}
        code = refund_event_type().code
        return self._posts(order, line_action="create_payment_event", payment_event_type=code, amount=amount, **lines)

    def acts(self, order, action, **data):
        return self._posts(order, order_action=action, **data)

    def _posts(self, order, **data):
        if "shown" not in data:  # as the page shows it now
            data["shown"] = self.opens(order).get("shown", "")
        response = self.client.post(_page_of(order), data, follow=True)
        return " ".join(str(message) for message in response.context["messages"])


def _page_of(order):
    return reverse("dashboard:order-detail", args=[order.number])


@pytest.fixture
def dashboard(manager):
    return Dashboard(manager)


@pytest.fixture
def sources():
    """What each payment source of an order has given back, by its label."""
    Source = get_model("payment", "Source")
    return lambda order: {source.label: source.amount_refunded for source in Source.objects.filter(order=order)}

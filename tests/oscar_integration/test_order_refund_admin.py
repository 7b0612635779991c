"""Refunds of orders in the back office: to be looked at only."""

from decimal import Decimal as D

import pytest
from django.urls import reverse
from oscar.test.factories import create_order

from oscar_integration.models import OrderRefund


@pytest.fixture
def refund(db):
    return OrderRefund.objects.create(
        order=create_order(number="100042"), key="k", amount=D("8.00"), event_type="Refund", problem="No answer."
    )


def test_the_list_shows_what_is_not_done_and_why(refund, admin_client):
    page = admin_client.get(reverse("admin:oscar_integration_orderrefund_changelist")).content.decode()

    for expected in ("100042", "In progress", "8.00", "No answer."):
        assert expected in page


def test_a_refund_can_be_looked_at_and_not_changed(refund, admin_client):
    address = reverse("admin:oscar_integration_orderrefund_change", args=(refund.pk,))

    assert "try again" in admin_client.get(address).content.decode()
    assert admin_client.post(address, {"state": "done"}).status_code == 403

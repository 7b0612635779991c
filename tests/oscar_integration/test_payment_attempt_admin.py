"""Payment attempts in the admin: to be looked at only."""

from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts_ledger import facade
from oscar_integration import attempts
from oscar_integration.models import PaymentAttempt


@pytest.fixture
def attempt(db):
    return PaymentAttempt.objects.create(
        order_number="100042", currency="GBP", total=D("20.00"), remainder=D("15.00"), expires_at=timezone.now()
    )


def test_the_list_shows_order_state_and_amounts(attempt, admin_client):
    page = admin_client.get(reverse("admin:oscar_integration_paymentattempt_changelist")).content.decode()

    for expected in ("100042", "Started", "£15.00", "£20.00"):
        assert expected in page


def test_an_attempt_can_be_looked_at_and_not_changed(attempt, admin_client):
    address = reverse("admin:oscar_integration_paymentattempt_change", args=(attempt.pk,))

    assert admin_client.get(address).status_code == 200
    assert admin_client.post(address, {"state": "placed"}).status_code == 403
    attempt.refresh_from_db()
    assert attempt.state == PaymentAttempt.State.STARTED


def test_its_page_says_what_was_held_on_which_account_and_why_it_was_cancelled(attempt, bank, admin_client, books):
    card = facade.issue(bank, D("20.00"))
    hold = facade.hold(card, D("5.00"))
    attempt.holds.add(hold)
    attempts.cancel(attempt, "Your card was declined.", nothing_taken=True)

    page = admin_client.get(reverse("admin:oscar_integration_paymentattempt_change", args=(attempt.pk,)))

    for expected in (
        "£20.00",
        "£15.00",
        "£5.00",
        card.masked_code,
        "hold voided",
        "A guest",
        "Your card was declined.",
    ):
        assert expected in page.content.decode()

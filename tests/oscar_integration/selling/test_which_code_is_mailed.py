"""Which code a mail brings when the card was replaced or frozen meanwhile, and how long that card is valid."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts_ledger import chart, dates, facade
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import delivery, payment

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def due_next_week(buys, fixed_card, next_week):
    buys(fixed_card, date=next_week.isoformat())
    mail.outbox.clear()
    return GiftCardSale.objects.get()


class TestWhichCodeIsMailed:
    def later(self, days=8):
        return time_machine.travel(timezone.now() + datetime.timedelta(days=days))

    def test_a_replaced_card_is_followed(self, due_next_week):
        first = facade.replace(due_next_week.account, reason="Seen")
        second = facade.replace(first, reason="Seen again")

        with self.later():
            delivery.deliver_due()

        (sent,) = mail.outbox
        assert second.code[-4:] in sent.body
        assert due_next_week.account.code[-4:] not in sent.body

    def test_a_frozen_card_waits_until_it_is_thawed(self, due_next_week):
        facade.freeze(due_next_week.account, reason="Stolen payment card")
        with self.later():
            delivery.deliver_due()
        assert mail.outbox == []
        due_next_week.refresh_from_db()
        assert "frozen" in payment.waiting_for(due_next_week)

        facade.thaw(due_next_week.account, reason="All right")
        with self.later(9):
            delivery.deliver_due()

        assert len(mail.outbox) == 1

    def test_a_closed_card_is_mailed_to_nobody(self, due_next_week):
        facade.close(due_next_week.account, reason="Fraud", remainder_to=chart.bank())

        with self.later():
            delivery.deliver_due()

        due_next_week.refresh_from_db()
        assert mail.outbox == []
        assert (due_next_week.state, due_next_week.last_error) == ("withheld", "The card is closed.")

    def test_an_expired_card_is_mailed_to_nobody(self, due_next_week):
        due_next_week.account.end_date = timezone.now() + datetime.timedelta(days=1)
        due_next_week.account.save()

        with self.later():
            delivery.deliver_due()

        due_next_week.refresh_from_db()
        assert (mail.outbox, due_next_week.state) == ([], "withheld")


def test_the_validity_is_that_of_the_ledgers_days(due_next_week, next_week):
    assert dates.last_day_before(due_next_week.account.end_date) == next_week + datetime.timedelta(days=365)

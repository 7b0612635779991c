"""The e-mail to the recipient, sent to a real mail server on this machine."""

from __future__ import annotations

import datetime
import email
import email.policy
import socket

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from accounts_ledger import codes, facade
from oscar_integration.after_order import cancel_order, refund_order
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import delivery

pytestmark = pytest.mark.usefixtures("books")


class Letterbox:
    """A mail server's memory; it can be told to refuse."""

    def __init__(self):
        self.letters = []
        self.refusal = None

    async def handle_DATA(self, server, session, envelope):
        if self.refusal:
            return self.refusal
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos, message))
        return "250 OK"


@pytest.fixture
def letterbox(settings):
    """A mail server on the loopback interface, to which the site sends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Letterbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield box
    server.stop()


def gift_letters(letterbox):
    return [message for recipients, message in letterbox.letters if recipients == ["zoe@example.com"]]


def test_the_recipient_gets_the_code_in_text_and_html(letterbox, buys, fixed_card):
    buys(fixed_card)

    (letter,) = gift_letters(letterbox)
    code = codes.display(GiftCardSale.objects.get().account.code)
    for kind in ("plain", "html"):
        body = letter.get_body((kind,)).get_content()
        assert [part for part in (code, "£25.00", "Zoë", "Valid until", "How to use it") if part not in body] == []


def test_the_message_of_the_buyer_is_in_it(letterbox, buys, fixed_card):
    buys(fixed_card, message="Happy <b>birthday</b>!\nLove, B.")

    (letter,) = gift_letters(letterbox)
    assert "Happy <b>birthday</b>!\nLove, B." in letter.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "Happy &lt;b&gt;birthday&lt;/b&gt;!<br>Love, B." in letter.get_body(("html",)).get_content()


def test_the_subject_says_from_whom_it_is(letterbox, buys, fixed_card, customer_shopper, customer):
    customer.first_name, customer.last_name = "Barry", "Chuckle\r\nBcc: all@example.com"
    customer.save()

    buys(fixed_card, shopper=customer_shopper)

    (letter,) = gift_letters(letterbox)
    assert letter["Subject"].startswith("Gift card for ")
    assert letter["Subject"].endswith(", from Barry Chuckle Bcc: all@example.com")
    assert letter["Bcc"] is None


def test_it_calls_the_card_what_the_shop_calls_it(letterbox, buys, fixed_card, settings):
    settings.ACCOUNTS_UNIT_NAME = "Store credit"
    buys(fixed_card)

    (letter,) = gift_letters(letterbox)
    for text in (letter["Subject"], *(letter.get_body((kind,)).get_content() for kind in ("plain", "html"))):
        assert "store credit" in text.lower()
        assert "gift card" not in text.lower()


def test_a_card_with_a_delivery_date_waits_for_it(letterbox, buys, fixed_card, next_week):
    buys(fixed_card, date=next_week.isoformat())
    assert gift_letters(letterbox) == []

    with time_machine.travel(datetime.datetime.combine(next_week, datetime.time(9), datetime.UTC)):
        call_command("deliver_gift_cards")

    assert len(gift_letters(letterbox)) == 1


def test_a_card_for_today_is_sent_at_once_even_early_in_the_morning(letterbox, buys, fixed_card):
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)
    with time_machine.travel(datetime.datetime.combine(tomorrow, datetime.time(6), datetime.UTC)):
        buys(fixed_card, date=tomorrow.isoformat())

    assert len(gift_letters(letterbox)) == 1


def test_an_order_does_not_wait_until_the_cards_of_others_are_sent(letterbox, buys, fixed_card):
    letterbox.refusal = "451 Try again later"
    waiting = buys(fixed_card)
    letterbox.refusal = None
    GiftCardSale.objects.update(next_try=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))

    buys(fixed_card)

    assert GiftCardSale.objects.get(order=waiting).state == "issued"


def test_a_card_that_is_cancelled_at_the_last_moment_is_not_sent(letterbox, buys, fixed_card, next_week):
    cancel_order(buys(fixed_card, date=next_week.isoformat()))
    GiftCardSale.objects.update(next_try=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))

    assert delivery.send(GiftCardSale.objects.get().pk) is None

    assert gift_letters(letterbox) == []


def test_when_the_server_refuses_the_order_stands_and_the_card_waits(letterbox, buys, fixed_card):
    letterbox.refusal = "451 Try again later"

    order = buys(fixed_card)

    sale = GiftCardSale.objects.get()
    assert order.status == "Pending"
    assert (sale.state, sale.failures, sale.last_error) == ("issued", 1, "SMTPDataError")
    assert sale.account.balance == 25


def test_a_failed_mail_is_sent_again_later_once(letterbox, buys, fixed_card):
    letterbox.refusal = "451 Try again later"
    buys(fixed_card)
    letterbox.refusal = None

    call_command("deliver_gift_cards")
    assert gift_letters(letterbox) == []  # not yet: a server in trouble is left alone for a while
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=6)):
        call_command("deliver_gift_cards")
        call_command("deliver_gift_cards")

    assert len(gift_letters(letterbox)) == 1
    assert GiftCardSale.objects.get().state == "sent"


def test_each_wait_is_longer_up_to_a_day(letterbox, buys, fixed_card):
    letterbox.refusal = "550 No such user"
    buys(fixed_card)
    waits = []
    for _ in range(10):
        sale = GiftCardSale.objects.get()
        GiftCardSale.objects.update(next_try=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        before = datetime.datetime.now(datetime.UTC)
        delivery.send(sale.pk)
        waits.append(round((GiftCardSale.objects.get().next_try - before).total_seconds() / 60))

    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]


def test_a_server_that_is_away_is_no_error_to_the_shopper(buys, fixed_card, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    assert buys(fixed_card).status == "Pending"
    assert GiftCardSale.objects.get().failures == 1


def test_the_command_says_that_something_failed(letterbox, buys, fixed_card):
    letterbox.refusal = "451 Try again later"
    buys(fixed_card)
    GiftCardSale.objects.update(next_try=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))

    with pytest.raises(CommandError, match="1 could not be sent"):
        call_command("deliver_gift_cards")


def test_of_two_processes_one_sends(letterbox, buys, fixed_card, monkeypatch):
    """The second one looks while the first is talking to the server."""
    letterbox.refusal = "451 Try again later"
    buys(fixed_card)
    letterbox.refusal = None
    GiftCardSale.objects.update(next_try=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    pk, others = GiftCardSale.objects.get().pk, []
    compose = delivery.mail

    def compose_slowly(sale):
        others.append(delivery.send(pk))
        return compose(sale)

    monkeypatch.setattr(delivery, "mail", compose_slowly)

    assert delivery.send(pk) is True
    assert others == [None]


def test_staff_can_have_it_sent_again(letterbox, buys, fixed_card):
    buys(fixed_card)

    delivery.send_again(GiftCardSale.objects.all())
    call_command("deliver_gift_cards")

    assert len(gift_letters(letterbox)) == 2


def test_a_cancelled_card_cannot_be_sent_again(letterbox, buys, fixed_card):
    cancel_order(buys(fixed_card))

    assert delivery.send_again(GiftCardSale.objects.all()) == 0


def test_staff_see_for_whom_it_is_when_it_is_due_and_what_went_wrong(letterbox, buys, fixed_card, admin_client):
    letterbox.refusal = "451 Try again later"
    order = buys(fixed_card)
    sale = GiftCardSale.objects.get()

    page = admin_client.get(reverse("admin:oscar_integration_giftcardsale_change", args=[sale.pk])).content.decode()

    for expected in (order.number, "£25.00", "Zoë, zoe@example.com", "To be sent", "1: SMTPDataError"):
        assert expected in page
    assert sale.account.code not in page


def test_the_code_is_not_logged(letterbox, buys, fixed_card, caplog):
    letterbox.refusal = "451 Try again later"
    buys(fixed_card)

    assert GiftCardSale.objects.get().account.code not in caplog.text


def test_a_card_that_replaces_an_expired_one_is_mailed_to_whoever_ordered(
    guest_shopper, product, gift_card, bank, django_capture_on_commit_callbacks
):
    from oscar.apps.order.models import Order

    card = gift_card("50.00")
    guest_shopper.puts_in_basket(product).goes_to_payment(email="guest@example.com")
    guest_shopper.types_code(card.code)
    guest_shopper.places_order()
    facade.close(card, remainder_to=bank)
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        refund_order(Order.objects.get(), 5)

    new = GiftCardSale.objects.get().account
    assert mail.outbox[0].to == ["guest@example.com"]
    assert codes.display(new.code) in mail.outbox[0].body
    assert "no longer valid" in mail.outbox[0].body

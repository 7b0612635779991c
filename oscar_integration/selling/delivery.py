"""The e-mail that brings a card to its recipient, repeated until it is sent. It never undoes anything."""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.module_loading import import_string
from oscar.core.loading import get_model
from oscar.templatetags.url_tags import absolute_url

from accounts_ledger import codes
from oscar_integration import conf
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import cards, sales, tasks

logger = logging.getLogger("oscar_integration")

State = GiftCardSale.State
#: For how long a process has a sale to itself: if it is killed meanwhile, another one sends the mail.
_LEASE = datetime.timedelta(minutes=10)
#: The wait after a failure, which doubles with each one, and the longest.
_FIRST_WAIT, _LONGEST_WAIT = datetime.timedelta(minutes=5), datetime.timedelta(days=1)
_SMTP_TIMEOUT_SECONDS = 10


@dataclass
class DeliveryReport:
    """What a run did."""

    issued: int = 0
    sent: int = 0
    failed: int = 0


def deliver_due(order: Any = None) -> DeliveryReport:
    """Issue what was paid for meanwhile and send what is due. Safe to repeat and to run twice at once.

    It talks to a mail server: not to be called while a request waits.

    Args:
        order: only its cards (default: all).
    """
    report = DeliveryReport()
    mine = GiftCardSale.objects.filter(order=order) if order is not None else GiftCardSale.objects.all()
    waiting = mine.filter(state=State.WAITING).exclude(order__status__in=conf.get("ACCOUNTS_CANCELLED_STATUSES"))
    Order = get_model("order", "Order")
    for waits in Order._default_manager.filter(pk__in=waiting.values("order")).order_by("pk"):
        report.issued += len(sales.issue_paid(waits))
    for pk in mine.filter(state=State.ISSUED, next_try__lte=timezone.now()).values_list("pk", flat=True):
        outcome = send(pk)
        report.sent += outcome is True
        report.failed += outcome is False
    return report


def deliver_soon(order: Any) -> None:
    """Issue what *order* has paid for at once, and leave the mails to the worker. To be called after the commit."""
    sales.issue_paid(order)
    tasks.deliver_order.enqueue(order.pk)


def deliver_after_commit(order: Any) -> None:
    """Have `deliver_soon` called once the transaction is committed. What fails then is logged, and repeated by cron."""

    def deliver() -> None:  # a partial has no name, which Django wants to log when it fails
        deliver_soon(order)

    transaction.on_commit(deliver, robust=True)


def send(pk: int) -> bool | None:
    """Send one card; return whether that worked, None if another process has it, it is not due, or it is kept back."""
    now = timezone.now()
    due = GiftCardSale.objects.filter(pk=pk, state=State.ISSUED, next_try__lte=now)
    if not due.update(next_try=now + _LEASE):
        return None
    sale = GiftCardSale.objects.select_related("account", "order").get(pk=pk)
    mine = GiftCardSale.objects.filter(pk=pk, state=State.ISSUED)
    if not cards.can_be_sent(sale):
        return None
    try:
        mail(sale).send()
    except Exception as error:
        # Whatever a mail server, a template or an address may come up with: the order stands, and the card waits.
        logger.exception("Gift card sale #%s could not be sent; to be repeated", pk)
        wait = min(_FIRST_WAIT * 2 ** min(sale.failures, 20), _LONGEST_WAIT)
        mine.update(failures=sale.failures + 1, last_error=type(error).__name__, next_try=now + wait)
        return False
    mine.update(state=State.SENT, date_sent=timezone.now(), last_error="")
    logger.info("Gift card sale #%s sent", pk)
    return True


def send_again(sales_to_send: Any) -> int:
    """Have cards that were sent, or failed, sent by the worker; return how many."""
    can_be_sent = sales_to_send.filter(state__in=(State.SENT, State.ISSUED, State.WITHHELD))
    orders = list(can_be_sent.values_list("order", flat=True).order_by("order").distinct())
    number = int(can_be_sent.update(state=State.ISSUED, next_try=timezone.now(), failures=0, last_error=""))
    for pk in orders:
        tasks.deliver_order.enqueue(pk)
    return number


def mail(sale: GiftCardSale) -> EmailMultiAlternatives:
    """Return the e-mail that brings the card of *sale*: plain text and HTML."""
    account = sale.account
    assert account is not None
    assert account.code is not None
    context = {
        "sale": sale,
        "account": account,
        "code": codes.display(account.code),
        "shop_name": settings.OSCAR_SHOP_NAME,
        "shop_url": conf.get("ACCOUNTS_SHOP_URL") or absolute_url(Site.objects.get_current().domain, "/"),
        "is_replacement": sale.line_id is None,
    }
    folder = "oscar_integration/emails"
    subject = " ".join(render_to_string(f"{folder}/gift_card_subject.txt", context).split())
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{folder}/gift_card_body.txt", context),
        to=[sale.recipient_email],
        connection=_connection(),
    )
    message.attach_alternative(render_to_string(f"{folder}/gift_card_body.html", context), "text/html")
    return message


def _connection() -> Any:
    path = conf.get("ACCOUNTS_MAIL_CONNECTION")
    return import_string(path)() if path else get_connection(timeout=_SMTP_TIMEOUT_SECONDS)

"""The e-mail that brings a card to its recipient, repeated until it is sent. It never undoes anything."""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import timezone
from oscar.templatetags.url_tags import absolute_url

from accounts_ledger import codes
from oscar_integration import conf
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import sales

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

    Args:
        order: only its cards (default: all).
    """
    report = DeliveryReport()
    mine = GiftCardSale.objects.filter(order=order) if order is not None else GiftCardSale.objects.all()
    waiting = mine.filter(state=State.WAITING).exclude(order__status__in=conf.get("ACCOUNTS_CANCELLED_STATUSES"))
    for sale in waiting.select_related("order").order_by("order_id").distinct():
        report.issued += len(sales.issue_paid(sale.order))
    for pk in mine.filter(state=State.ISSUED, next_try__lte=timezone.now()).values_list("pk", flat=True):
        outcome = send(pk)
        report.sent += outcome is True
        report.failed += outcome is False
    return report


def send(pk: int) -> bool | None:
    """Send one card; return whether that worked, None if another process has it, or it is not due."""
    now = timezone.now()
    due = GiftCardSale.objects.filter(pk=pk, state=State.ISSUED, next_try__lte=now)
    if not due.update(next_try=now + _LEASE):
        return None
    sale = GiftCardSale.objects.select_related("account", "order").get(pk=pk)
    mine = GiftCardSale.objects.filter(pk=pk, state=State.ISSUED)
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
    """Have cards that were sent, or failed, sent at the next run; return how many."""
    can_be_sent = sales_to_send.filter(state__in=(State.SENT, State.ISSUED))
    return int(can_be_sent.update(state=State.ISSUED, next_try=timezone.now(), failures=0))


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
        connection=get_connection(timeout=_SMTP_TIMEOUT_SECONDS),
    )
    message.attach_alternative(render_to_string(f"{folder}/gift_card_body.html", context), "text/html")
    return message

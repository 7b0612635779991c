"""From the order to the card: what was sold is noted with the order, and issued once the order is paid."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO
from oscar_integration import conf
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import product as gift_card

logger = logging.getLogger("oscar_integration")

State = GiftCardSale.State
#: The hour of the shop's day at which cards with a delivery date are sent.
_DELIVERY_HOUR = 8


def record(order: Any) -> list[GiftCardSale]:
    """Note the gift cards that *order* sells. To be called in the transaction that writes the order. Safe to repeat."""
    sales = [sale for line in gift_card.lines_of(order) for sale in _sales_of(order, line)]
    if not sales:
        return []
    GiftCardSale.objects.bulk_create(sales, ignore_conflicts=True)
    return list(GiftCardSale.objects.filter(order=order))


def issue_paid(order: Any) -> list[GiftCardSale]:
    """Issue the cards of *order*, if it is paid. Safe to repeat and to run twice at once.

    A card that cannot be issued (its value is beyond a limit that came later, say) is logged and tried again by
    ``deliver_gift_cards``.
    """
    if order.status in conf.get("ACCOUNTS_CANCELLED_STATUSES") or not is_paid(order):
        return []
    issued = []
    for pk in GiftCardSale.objects.filter(order=order, state=State.WAITING).values_list("pk", flat=True):
        try:
            sale = _issue(pk)
        except exceptions.AccountException:
            logger.exception("Gift card sale #%s could not be issued; to be repeated", pk)
            continue
        if sale is not None:
            issued.append(sale)
    return issued


def is_paid(order: Any) -> bool:
    """Whether all of *order* was debited."""
    debited: Decimal | None = order.sources.aggregate(paid=Sum(F("amount_debited") - F("amount_refunded")))["paid"]
    return (debited or ZERO).quantize(ZERO) >= order.total_incl_tax


def last_day(sale: GiftCardSale) -> datetime.date | None:
    """Return the last day on which the card of *sale* will be valid, None if it is open-ended."""
    days = conf.get("ACCOUNTS_GIFT_CARD_VALIDITY_DAYS")
    if days is None:
        return None
    return (sale.deliver_on or timezone.localdate()) + datetime.timedelta(days=days)


def _issue(pk: int) -> GiftCardSale | None:
    with transaction.atomic():
        sale = GiftCardSale.objects.select_for_update().get(pk=pk)
        if sale.state != State.WAITING:
            return None  # another run was quicker, or it was cancelled
        number = sale.order.number
        sale.account = facade.issue(
            chart.bank(sale.currency),
            sale.value,
            merchant_reference=number,
            description=_("Sold with order %s") % number,
            idempotency_key=f"gift-card-sale:{sale.pk}",
            account_type=chart.deferred_income_types().first(),
            end_date=last_day(sale),
        )
        sale.state = State.ISSUED
        sale.save(update_fields=["account", "state"])
    logger.info("Order %s: account #%s issued for gift card sale #%s", number, sale.account.pk, sale.pk)
    return sale


def sale_of_replacement(order: Any, account: Account, amount: Decimal) -> GiftCardSale | None:
    """Note that *account* replaces a card that paid *order*: its code has to reach its owner.

    None if nobody's address is known; staff see the new card in the order's notes.
    """
    owner = account.primary_user
    address = (owner.email if owner is not None else "") or order.email
    if not address:
        return None
    return GiftCardSale.objects.create(
        order=order,
        account=account,
        value=amount,
        currency=account.currency,
        recipient_email=address,
        recipient_name=owner.get_full_name() if owner is not None else "",
        state=State.ISSUED,
    )


def _sales_of(order: Any, line: Any) -> Iterator[GiftCardSale]:
    chosen = {attribute.option.code: attribute.value for attribute in line.attributes.select_related("option")}
    deliver_on = _day(chosen.get(gift_card.DELIVERY_DATE))
    for number in range(1, line.quantity + 1):
        yield GiftCardSale(
            order=order,
            line=line,
            number=number,
            value=line.unit_price_incl_tax,
            currency=order.currency,
            recipient_name=str(chosen.get(gift_card.RECIPIENT_NAME) or "")[:128],
            recipient_email=str(chosen.get(gift_card.RECIPIENT_EMAIL) or "") or order.email,
            sender_name=order.user.get_full_name()[:128] if order.user else "",
            message=str(chosen.get(gift_card.MESSAGE) or ""),
            deliver_on=deliver_on,
            next_try=_delivery_moment(deliver_on),
        )


def _day(value: object) -> datetime.date | None:
    if not value:
        return None
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(str(value))


def _delivery_moment(day: datetime.date | None) -> datetime.datetime:
    if day is None or day <= timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(_DELIVERY_HOUR)))

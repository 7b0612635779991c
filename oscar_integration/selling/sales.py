"""From the order to the card: what was sold is noted with the order, and issued once the order is paid."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_ledger import chart, exceptions, facade
from accounts_ledger.models import Account
from accounts_ledger.money import ZERO
from oscar_integration import conf, whole_amounts
from oscar_integration.models import GiftCardSale
from oscar_integration.selling import options, payment
from oscar_integration.selling import product as gift_card

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("oscar_integration")

State = GiftCardSale.State
#: The hour of the shop's day at which cards with a delivery date are sent.
_DELIVERY_HOUR = 8
_LONGEST_ERROR = 256


def record(order: Any) -> list[GiftCardSale]:
    """Note the gift cards that *order* sells. To be called in the transaction that writes the order. Safe to repeat."""
    sales = [sale for line in gift_card.lines_of(order) for sale in _sales_of(order, line)]
    if not sales:
        return []
    GiftCardSale.objects.bulk_create(sales, ignore_conflicts=True)
    return list(GiftCardSale.objects.filter(order=order))


def issue_paid(order: Any) -> list[GiftCardSale]:
    """Issue the cards of *order* that are paid. Safe to repeat and to run twice at once.

    A card that cannot be issued (its value is beyond a limit that came later, say) is logged and tried again by
    ``deliver_gift_cards``; staff see the reason.
    """
    issued = []
    for sale in payment.due(order):
        try:
            done = _issue(sale.pk)
        except exceptions.AccountException as error:
            logger.exception("Gift card sale #%s could not be issued; to be repeated", sale.pk)
            GiftCardSale.objects.filter(pk=sale.pk, state=State.WAITING).update(last_error=str(error)[:_LONGEST_ERROR])
            continue
        if done is not None:
            issued.append(done)
    return issued


def issue_now(sale: GiftCardSale, user: AbstractBaseUser) -> GiftCardSale:
    """Issue the card of *sale* although it is not known that its money is there, in the name of *user*.

    Raises:
        AccountException: it is not waiting any more, its order was cancelled, or the ledger refuses it.
    """
    if sale.order.status in conf.get("ACCOUNTS_CANCELLED_STATUSES"):
        raise exceptions.AccountException(_("The order was cancelled."))
    issued = _issue(sale.pk, user)
    if issued is None:
        raise exceptions.AccountException(_("This gift card does not wait any more."))
    return issued


def last_day(sale: GiftCardSale) -> datetime.date | None:
    """Return the last day on which the card of *sale* will be valid, None if it is open-ended.

    It counts from the day on which the recipient can have it: the delivery date, or today if that has passed.
    """
    days = conf.get("ACCOUNTS_GIFT_CARD_VALIDITY_DAYS")
    if days is None:
        return None
    today = timezone.localdate()
    return max(sale.deliver_on or today, today) + datetime.timedelta(days=days)


def _issue(pk: int, user: AbstractBaseUser | None = None) -> GiftCardSale | None:
    with transaction.atomic():
        sale = GiftCardSale.objects.select_for_update().get(pk=pk)
        if sale.state != State.WAITING:
            return None  # another run was quicker, or it was cancelled
        number = sale.order.number
        sale.account = facade.issue(
            chart.bank(sale.currency),
            sale.value,
            user=user,
            merchant_reference=number,
            description=_("Sold with order %s") % number,
            idempotency_key=f"gift-card-sale:{sale.pk}",
            account_type=chart.deferred_income_types().first(),
            end_date=last_day(sale),
        )
        sale.state, sale.last_error = State.ISSUED, ""
        sale.save(update_fields=["account", "state", "last_error"])
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
    chosen = options.chosen_for(line)
    deliver_on = options.day_of(chosen.get(gift_card.DELIVERY_DATE))
    for number, value in enumerate(_values(line, order.currency), 1):
        yield GiftCardSale(
            order=order,
            line=line,
            number=number,
            value=value,
            currency=order.currency,
            recipient_name=str(chosen.get(gift_card.RECIPIENT_NAME) or "")[:128],
            recipient_email=str(chosen.get(gift_card.RECIPIENT_EMAIL) or "") or order.email,
            sender_name=order.user.get_full_name()[:128] if order.user else "",
            message=str(chosen.get(gift_card.MESSAGE) or ""),
            deliver_on=deliver_on,
            next_try=_delivery_moment(deliver_on),
        )


def _values(line: Any, currency: str) -> list[Decimal]:
    """Return what each card of *line* is worth: what was paid for it without tax, as Bank gives no more than it got.

    That is its price, unless a shop lets offers discount gift cards all the same, or taxes them.
    """
    unit = whole_amounts.unit(currency)
    units, more = divmod(int(line.line_price_excl_tax / unit), line.quantity)
    values = [(units + (number < more)) * unit for number in range(line.quantity)]
    return [value.quantize(ZERO) for value in values if value > 0]


def _delivery_moment(day: datetime.date | None) -> datetime.datetime:
    if day is None or day <= timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(_DELIVERY_HOUR)))

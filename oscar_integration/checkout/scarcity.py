"""What is scarce is asked about again, under lock, before money moves: stock, vouchers for one use, limited offers.

The locks are taken in one order (stock records, vouchers, offers, each by id) and before any account is locked.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from oscar.core.loading import get_model

from accounts_ledger.exceptions import AccountException
from oscar_integration import conf
from oscar_integration.models import PaymentAttempt
from oscar_integration.selling import limits


class SoldOut(AccountException):
    """Somebody else was quicker: the message says what cannot be had any more, and how much of it is left."""


def claim(basket: Any, user: Any) -> None:
    """Lock what *basket* needs of what is scarce until the transaction ends, and look whether it is still there.

    What the baskets of payments under way need is not there for others.

    Args:
        basket: with its strategy, and with offers applied.
        user: who orders; may be anonymous.

    Raises:
        SoldOut: it is not.
        TooManyGiftCards: more gift cards than can be bought at once.
    """
    limits.check(basket)
    _claim_stock(basket)
    _claim_vouchers(basket, user)
    _claim_offers(basket, user if user is not None and user.is_authenticated else None)


def offers_of(basket: Any) -> dict[str, Any]:
    """Return what *basket* takes of offers, as `PaymentAttempt.offers` keeps it."""
    return {
        str(application["offer"].pk): [application["freq"], str(application["discount"])]
        for application in basket.offer_applications
    }


def _claim_stock(basket: Any) -> None:
    wanted: dict[int, int] = defaultdict(int)
    lines = {}
    for line in basket.all_lines():
        if line.stockrecord_id is not None and line.product.get_product_class().track_stock:
            wanted[line.stockrecord_id] += line.quantity
            lines[line.stockrecord_id] = line
    if not wanted:
        return
    StockRecord = get_model("partner", "StockRecord")
    locked = StockRecord._default_manager.select_for_update().filter(pk__in=wanted).order_by("pk")
    records = {record.pk: record for record in locked}
    being_paid = _being_paid(basket, wanted)
    for pk, line in sorted(lines.items()):
        availability = basket.strategy.fetch_for_line(line, records.get(pk)).availability
        permitted, reason = availability.is_purchase_permitted(wanted[pk] + being_paid.get(pk, 0))
        if not permitted:
            left = getattr(availability, "num_available", None)
            raise SoldOut(_what_is_left(line.product, left, being_paid.get(pk, 0), reason))


def _what_is_left(product: Any, left: int | None, being_paid: int, reason: Any) -> str:
    title = product.get_title()
    if left is None:
        return _("'%(product)s' is no longer available: %(reason)s.") % {"product": title, "reason": reason}
    left = max(left - being_paid, 0)
    text = ngettext(
        "Only %(left)d of '%(product)s' is left. Please change your basket.",
        "Only %(left)d of '%(product)s' are left. Please change your basket.",
        left,
    )
    if not left:
        text = _("'%(product)s' has sold out: %(left)d are left. Please remove it from your basket.")
    return text % {"left": left, "product": title}


def _being_paid(basket: Any, stockrecords: Any) -> dict[int, int]:
    """Return how many pieces of *stockrecords* are in baskets that others are paying at this moment."""
    lines = basket.lines.model._default_manager.filter(stockrecord__in=list(stockrecords), basket__in=_others(basket))
    return dict(lines.order_by().values_list("stockrecord").annotate(Sum("quantity")))


def _others(basket: Any) -> Any:
    return _others_attempts(basket).values("basket")


def _others_attempts(basket: Any) -> Any:
    now = timezone.now()
    last_sign = now - datetime.timedelta(seconds=conf.get("ACCOUNTS_PAYMENT_TIMEOUT"))
    State = PaymentAttempt.State
    alive = Q(state__in=(State.STARTED, State.CHARGED), date_changed__gte=last_sign)
    away = Q(state=State.REDIRECTED, expires_at__gt=now)
    return PaymentAttempt.objects.filter(alive | away).exclude(basket=basket.pk)


def _claim_vouchers(basket: Any, user: Any) -> None:
    Voucher = get_model("voucher", "Voucher")
    in_basket = list(basket.vouchers.values_list("pk", flat=True))
    if not in_basket:
        return
    for voucher in Voucher._default_manager.select_for_update().filter(pk__in=in_basket).order_by("pk"):
        available, reason = voucher.is_available_to_user(user=user)
        if available and voucher.usage == Voucher.SINGLE_USE:
            Basket = get_model("basket", "Basket")
            available = not Basket._default_manager.filter(pk__in=_others(basket), vouchers=voucher).exists()
            reason = _("this voucher is being used in another order at the moment")
        if not available:
            raise SoldOut(f"{voucher.code}: {reason}")


def _claim_offers(basket: Any, user: Any) -> None:
    applications = {application["offer"].pk: application for application in basket.offer_applications}
    if not applications:
        return
    Offer = get_model("offer", "ConditionalOffer")
    others = list(_others_attempts(basket).values_list("user", "offers"))
    for offer in Offer._default_manager.select_for_update().filter(pk__in=applications).order_by("pk"):
        application = applications[offer.pk]
        if _is_used_up(offer, application, user, others):
            raise SoldOut(
                _("The offer '%s' has been used up. Please check your order once more.") % application["offer"].name
            )
        _count_from(offer, application["offer"])
        if application.get("voucher"):
            application["voucher"].refresh_from_db()


def _is_used_up(offer: Any, application: Any, user: Any, others: list[tuple[Any, dict[str, Any]]]) -> bool:
    """Whether *offer* has less left than *application* takes, beside what baskets take that *others* are paying for."""
    taken = [(who, *offers[str(offer.pk)]) for who, offers in others if str(offer.pk) in offers]
    wanted = application["freq"]
    if offer.get_max_applications(user) < wanted:
        return True
    if offer.max_global_applications:
        left = offer.max_global_applications - offer.num_applications
        if sum(times for _who, times, _discount in taken) + wanted > left:
            return True
    if offer.max_user_applications and user:
        left = offer.max_user_applications - offer.get_num_user_applications(user)
        if sum(times for who, times, _discount in taken if who == user.pk) + wanted > left:
            return True
    given = sum((Decimal(discount) for _who, _times, discount in taken), offer.total_discount)
    return bool(offer.max_discount) and given + application["discount"] > offer.max_discount


def _count_from(locked: Any, applied: Any) -> None:
    """Let Oscar's counters go on from what is stored: *applied* may have been read before others were counted."""
    for name in ("num_applications", "num_orders", "total_discount"):
        setattr(applied, name, getattr(locked, name))

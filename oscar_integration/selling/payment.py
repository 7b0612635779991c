"""Whether the money for a sold card is there, whatever else of its order is paid, captured or given back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from accounts_ledger import conf as ledger_conf
from accounts_ledger.money import ZERO, display
from oscar_integration import conf
from oscar_integration.models import GiftCardSale
from oscar_integration.selling.live_cards import live_cards
from oscar_integration.selling.product import is_gift_card

State = GiftCardSale.State


def due(order: Any) -> list[GiftCardSale]:
    """Return the cards of *order* that wait although their money is there."""
    waiting = list(GiftCardSale.objects.filter(order=order, state=State.WAITING).order_by("pk"))
    if not waiting or order.status in conf.get("ACCOUNTS_CANCELLED_STATUSES"):
        return []
    missing, money = outstanding(order), _money_for(order)
    found = []
    for sale in waiting:
        if missing < sale.value <= money:
            found.append(sale)
            money -= sale.value
    return found


def outstanding(order: Any) -> Decimal:
    """Return how much of *order* was not debited, or was given back.

    Less than the value of a card: its money must be there, for instance when a mug was not delivered and so not
    captured. As much, or more: nobody can tell. What was given back for other goods, or for cards that were taken back,
    is not missing.
    """
    missing = order.total_incl_tax - _paid(order)
    if missing <= ZERO:
        return ZERO
    return max(missing - _taken_back(order) - _given_back_for_other_goods(order), ZERO)


def _money_for(order: Any) -> Decimal:
    """Return how much has come in for *order* that no card of it has got.

    What is missing is taken to be for other goods. Where these cost less, or there are none, it is missing for a card:
    Bank gives out no more than came in.
    """
    issued = sum((card.worth for card in live_cards(order) if card.account is not None), ZERO)
    return _paid(order) - issued


def _paid(order: Any) -> Decimal:
    paid: Decimal | None = order.sources.aggregate(paid=Sum(F("amount_debited") - F("amount_refunded")))["paid"]
    return (paid or ZERO).quantize(ZERO)


def waiting_for(sale: GiftCardSale) -> str:
    """Return why *sale* is not issued yet, or its card not sent, for staff; empty if there is nothing to say."""
    if sale.state == State.WAITING:
        return _not_issued(sale)
    account = sale.account
    if sale.state == State.ISSUED and account is not None and account.is_frozen():
        return _("The card is frozen: it is sent once it is thawed.")
    return sale.last_error


def _not_issued(sale: GiftCardSale) -> str:
    order = sale.order
    if order.status in conf.get("ACCOUNTS_CANCELLED_STATUSES"):
        return _("The order was cancelled.")
    if sale.currency not in ledger_conf.currencies():
        return _("The ledger has no accounts in %s.") % sale.currency
    missing = outstanding(order)
    if missing and sale not in due(order):
        amounts = {"missing": display(missing, order.currency), "total": display(order.total_incl_tax, order.currency)}
        return _("%(missing)s of %(total)s is not paid, so it is not known whether this card is.") % amounts
    return sale.last_error or _("It is about to be issued.")


def _taken_back(order: Any) -> Decimal:
    cancelled = GiftCardSale.objects.filter(order=order, state=State.CANCELLED).exclude(line=None)
    return (cancelled.aggregate(total=Sum("value"))["total"] or ZERO).quantize(ZERO)


def _given_back_for_other_goods(order: Any) -> Decimal:
    events = get_model("order", "PaymentEvent")._default_manager.filter(
        order=order, event_type__name__in=conf.get("ACCOUNTS_REFUND_EVENT_TYPES")
    )
    total = ZERO
    for event in events.prefetch_related("line_quantities__line__product__parent"):
        lines = [quantity.line for quantity in event.line_quantities.all()]
        if lines and not any(is_gift_card(line.product) for line in lines):
            total += event.amount
    return total

"""Redemptions for an order that none of its payment sources stands for: the order's pages would not know of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger.models import Transfer
from accounts_ledger.money import ZERO, display
from oscar_integration import payments, records
from oscar_integration.after_order.request import UnrecordedRedemptions
from oscar_integration.naming import label

logger = logging.getLogger("oscar_integration")


def redemptions(order: Any) -> list[Transfer]:
    """Return the redemptions for *order* that have not been given back, and that no payment source stands for."""
    found = Transfer.objects.filter(merchant_reference=order.number, kind=Transfer.Kind.REDEMPTION)
    recorded = order.sources.exclude(reference="").values_list("reference", flat=True)
    missing = found.exclude(reference__in=list(recorded)).select_related("source", "destination").order_by("pk")
    return [transfer for transfer in missing if transfer.max_refund() > ZERO]


def record(order: Any, check: Callable[[], None] | None = None) -> None:
    """Write payment sources for redemptions that have none, if they are the rest of what the order cost.

    Args:
        check: called under the order's lock before anything is written; may refuse by raising.

    Raises:
        UnrecordedRedemptions: they are more: somebody has to look at what was paid.
    """
    if not redemptions(order):
        return
    with transaction.atomic():
        type(order)._default_manager.select_for_update().get(pk=order.pk)
        missing = redemptions(order)
        if not missing:
            return
        if check:
            check()
        taken = sum((source.amount_allocated for source in order.sources.all()), ZERO)
        if taken + sum((transfer.amount for transfer in missing), ZERO) > order.total_incl_tax or any(
            transfer.source.currency != order.currency for transfer in missing
        ):
            raise UnrecordedRedemptions(
                _(
                    "Accounts have paid for this order without being listed among its payments: "
                    "%(redemptions)s. Refund that in the back office (open the transfer, then "
                    "Refund), or add the missing payment source."
                )
                % {"redemptions": describe(missing)}
            )
        for transfer in missing:
            records.record(order, transfer)
    logger.warning("Order %s: %d payments by accounts were not on record, and are now", order.number, len(missing))


def describe(transfers: list[Transfer]) -> str:
    """Return the redemptions in words."""
    return "; ".join(
        _("%(amount)s from %(account)s, transfer %(transfer)s")
        % {
            "amount": display(transfer.max_refund(), transfer.source.currency),
            "account": label(transfer.source),
            "transfer": transfer.reference,
        }
        for transfer in transfers
    )


def record_after_checkout(sender: Any, order: Any, **kwargs: Any) -> None:
    """Receiver of Oscar's ``post_checkout``: a shop may have paid by ``gateway.redeem`` and written no sources."""
    if payments.are_remembered(order):
        return  # our own checkout has placed it, with its sources
    try:
        record(order)
    except UnrecordedRedemptions:
        logger.exception("Order %s: what accounts have paid is not on record", order.number)

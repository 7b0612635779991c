"""No order is cancelled without its money: accounts get back what they paid, or whoever sets the status is refused."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from oscar.apps.payment.exceptions import PaymentError

from accounts_ledger.money import ZERO, display
from oscar_integration import naming
from oscar_integration.after_order import plan, starting, unrecorded
from oscar_integration.after_order.cancelling import cancelled_statuses
from oscar_integration.models import OrderRefund


class MoneyNotReturned(PaymentError):  # noqa: N818  (named like the other refusals)
    """The order cannot be cancelled like this: nobody gives back what accounts have paid for it."""


def check_saved_status(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Receiver of ``pre_save`` of orders: refuse a status that means cancelled as long as accounts have paid.

    `cancel_order` sets the status while its refund is open, and that passes. What does not pass is a shop whose
    ``EventHandler`` has no `AccountRefundsMixin`, and code that calls ``order.set_status`` by itself.

    Raises:
        MoneyNotReturned: accounts have paid, and it is not given back.
    """
    if raw or instance.pk is None or instance.status not in cancelled_statuses():
        return
    before = sender._default_manager.filter(pk=instance.pk).values_list("status", flat=True).first()
    if before is None or before in cancelled_statuses():
        return
    if starting.open_refunds(instance).filter(kind=OrderRefund.Kind.CANCELLATION).exists():
        return
    standing = [part for part in plan.left(instance) if part.transfer is not None]
    missing = unrecorded.redemptions(instance)
    if not standing and not missing:
        return
    left = plan.total(standing) + sum((transfer.max_refund() for transfer in missing), ZERO)
    names = [naming.label(part.transfer.source) for part in standing if part.transfer] + [
        naming.label(transfer.source) for transfer in missing
    ]
    raise MoneyNotReturned(
        _(
            "%(left)s of order %(number)s was paid from accounts (%(accounts)s) and would not be given back. Cancel it "
            "in the orders dashboard or by cancel_order(); the shop's EventHandler needs the AccountRefundsMixin."
        )
        % {"left": display(left, instance.currency), "number": instance.number, "accounts": ", ".join(names)}
    )

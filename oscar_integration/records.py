"""What an order keeps of its payment by accounts: one payment source and one payment event a transfer."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from oscar.core.loading import get_model

from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import ZERO
from oscar_integration.attempts import RemainderPaid
from oscar_integration.naming import label

#: Code and name of the payment source type, and names of the payment event types.
SOURCE_TYPE_CODE, SOURCE_TYPE = "account", "Account"
PAID = "Paid"
AUTHORISED = "Authorised"


def source_type() -> Any:
    """Return the ``payment.SourceType`` of payments by accounts."""
    found, _created = get_model("payment", "SourceType").objects.get_or_create(
        code=SOURCE_TYPE_CODE, defaults={"name": SOURCE_TYPE}
    )
    return found


def source_of(account: Account, amount: Decimal, reference: str) -> Any:
    """Return an unsaved ``payment.Source`` for *amount* paid from *account* by the transfer with *reference*.

    Its label is the masked code: the code itself is a bearer token and never leaves the ledger.
    """
    Source = get_model("payment", "Source")
    source = Source(
        source_type=source_type(),
        currency=account.currency,
        amount_allocated=amount,
        amount_debited=amount,
        reference=reference,
        label=account.masked_code or label(account)[:128],
    )
    source.create_deferred_transaction("Debit", amount, reference=reference, status="Paid")
    return source


def record(order: Any, transfer: Transfer) -> Any:
    """Write the payment source and the payment event of a redemption for *order*, and return the source.

    What the ledger has given back of it already is noted, too.
    """
    source = source_of(transfer.source, transfer.amount, transfer.reference)
    source.order, source.amount_refunded = order, transfer.refunded()
    source.save()
    kind, _created = get_model("order", "PaymentEventType").objects.get_or_create(name=PAID)
    order.payment_events.create(event_type=kind, amount=transfer.amount, reference=transfer.reference)
    return source


def record_redeemed(order_number: object, transfers: Iterable[Transfer]) -> None:
    """Write payment sources for *transfers*, if the order is there already, and has none for them."""
    order = _order(order_number)
    if order is None:
        return
    recorded = set(order.sources.values_list("reference", flat=True))
    for transfer in transfers:
        if transfer.reference not in recorded:
            record(order, transfer)


def record_reversed(order_number: object, reversals: Iterable[Transfer]) -> None:
    """Note on the payment sources of the order, if there are any, that their redemptions were reversed."""
    order = _order(order_number)
    if order is None:
        return
    for reversal in reversals:
        redeemed = Transfer.objects.filter(related_transfers=reversal).values("reference")
        for source in order.sources.filter(reference__in=redeemed):
            left = source.amount_debited - source.amount_refunded
            if left > ZERO:
                source.refund(left, reference=reversal.reference, status="Reversed")


def _order(order_number: object) -> Any:
    return get_model("order", "Order")._default_manager.filter(number=str(order_number)).first()


def transfer_of(source: Any) -> Transfer | None:
    """Return the transfer that a payment source of an order stands for, None if it is not one of an account."""
    if source.source_type.code != SOURCE_TYPE_CODE or not source.reference:
        return None
    return Transfer.objects.select_related("source", "destination").filter(reference=source.reference).first()


def source_of_remainder(paid: RemainderPaid, amount: Decimal, currency: str) -> Any:
    """Return an unsaved ``payment.Source`` for what another method paid."""
    SourceType, Source = get_model("payment", "SourceType"), get_model("payment", "Source")
    found = SourceType.objects.filter(name=paid.method).order_by("pk").first()
    source = Source(
        source_type=found or SourceType.objects.get_or_create(name=paid.method)[0],
        currency=currency,
        amount_allocated=amount,
        amount_debited=amount if paid.debited else ZERO,
        reference=paid.reference,
        label=paid.label,
    )
    source.create_deferred_transaction("Debit" if paid.debited else "Authorise", amount, reference=paid.reference)
    return source

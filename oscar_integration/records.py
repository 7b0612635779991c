"""What an order keeps of its payment by accounts: one payment source and one payment event a transfer."""

from __future__ import annotations

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

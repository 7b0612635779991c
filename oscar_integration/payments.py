"""How an order was paid, as its pages and e-mails tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts_ledger.models import Account, Transfer
from oscar_integration import records
from oscar_integration.naming import label


@dataclass(frozen=True)
class Payment:
    """One payment source of an order. Amounts are in ``currency``; ``left`` is what its account has available now."""

    label: str
    amount: Decimal
    refunded: Decimal
    currency: str
    reference: str
    account: Account | None = None
    left: Decimal | None = None


def payments_of(order: Any) -> list[Payment]:
    """Return the payments of *order*, in the order in which they were made; looked up once for an instance."""
    if not are_remembered(order):
        order._account_payments = _look_up(order)
    found: list[Payment] = order._account_payments
    return found


def remember(order: Any, sources: Iterable[Any], accounts: Mapping[str, Account]) -> None:
    """Note on the instance how *order* was just paid, so that its confirmation need not look that up.

    Args:
        accounts: those that have paid, by the references of the transfers.
    """
    order._account_payments = [_payment(source, accounts.get(source.reference)) for source in sources]


def are_remembered(order: Any) -> bool:
    """Whether the payments of the instance are known: it was just placed by our checkout, or was asked for them."""
    return hasattr(order, "_account_payments")


def label_of(source: Any, account: Account | None) -> str:
    """Return how the payment *source* is called; *account* is the one that it stands for, if it is one."""
    return label(account) if account is not None else f"{source.source_type} {source.label}".strip()


def _look_up(order: Any) -> list[Payment]:
    sources = list(order.sources.select_related("source_type").order_by("pk"))
    references = [source.reference for source in sources if source.source_type.code == records.SOURCE_TYPE_CODE]
    transfers = Transfer.objects.filter(reference__in=references).select_related("source")
    accounts = {transfer.reference: transfer.source for transfer in transfers}
    return [_payment(source, accounts.get(source.reference)) for source in sources]


def _payment(source: Any, account: Account | None) -> Payment:
    return Payment(
        label=label_of(source, account),
        amount=source.amount_allocated,
        refunded=source.amount_refunded,
        currency=source.currency,
        reference=source.reference,
        account=account,
        left=account.amount_available if account is not None else None,
    )

"""What the page of one transfer shows: both sides with their running balances, and what undid it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from accounts_ledger.admin.shared.money_column import money
from accounts_ledger.models import Transfer


def detail_context(transfer: Transfer, user: Any) -> dict[str, Any]:
    """Return the template context for *transfer*, in three queries."""
    currency = transfer.source.currency
    sides = list(transfer.transactions.select_related("account__account_type").order_by("amount"))
    children = list(transfer.related_transfers.select_related("source", "destination").order_by("pk"))
    left = transfer.max_refund()
    return {
        "transfer": transfer,
        "amount": money(transfer.amount, currency),
        "sides": [_side(side, currency) for side in sides],
        "children": [{"transfer": child, "amount": money(child.amount, currency)} for child in children],
        "left_to_refund": money(left, currency),
        "given_back": money(transfer.amount - left, currency) if transfer.kind not in Transfer.UNDOING else None,
        "is_undoing": transfer.kind in Transfer.UNDOING,
        "is_reversed": any(child.kind == Transfer.Kind.REVERSAL for child in children),
        "has_view_account_permission": user.has_perm("accounts_ledger.view_account"),
    }


def can_be_reversed(transfer: Transfer) -> bool:
    """Return whether a reversal has a chance: the facade decides, under lock."""
    return transfer.kind != Transfer.Kind.REVERSAL and not transfer.is_reversed() and not transfer.refunded()


def _side(side: Any, currency: str) -> dict[str, Any]:
    before: Decimal = side.balance - side.amount
    return {
        "account": side.account,
        "sequence": side.sequence,
        "debit": money(-side.amount, currency) if side.amount < 0 else "",
        "credit": money(side.amount, currency) if side.amount > 0 else "",
        "before": money(before, currency),
        "after": money(side.balance, currency),
    }

"""The ledger's rows are locked in one place, `accounts_ledger.locks`, which keeps one order: no deadlock by design."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: Rows that are not the ledger's, and are locked by the room that has them.
OTHERS = {
    "oscar_integration": {
        "Basket", "Offer", "StockRecord", "Voucher", "CodeAttempts", "GiftCardSale", "OrderRefund", "OrderRefundPart",
        "counters", "order", "refund.order", "part.source",
    },
    "backoffice": {"Allowance", "TOTPDevice"},
}  # fmt: skip


def locked_elsewhere() -> list[str]:
    """Return "file: what is locked" of every row lock outside `accounts_ledger.locks`."""
    found = []
    for room in ("accounts_ledger", "oscar_integration", "backoffice"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if path == ROOT / "accounts_ledger" / "locks.py":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and node.attr == "select_for_update":
                    subject = ast.unparse(node.value)
                    if not any(subject.removeprefix("type(").startswith(name) for name in OTHERS.get(room, ())):
                        found.append(f"{path.relative_to(ROOT)}: {subject}")
    return found


def test_no_other_module_locks_rows_of_the_ledger():
    assert locked_elsewhere() == []


@pytest.mark.parametrize("room", sorted(OTHERS))
def test_what_others_may_lock_is_not_the_ledgers(room):
    assert not OTHERS[room] & {"Account", "AccountType", "Transfer", "Transaction", "Hold", "GiftCardBatch"}

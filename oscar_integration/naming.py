"""What shoppers are told an account is: never its code."""

from __future__ import annotations

from accounts_ledger import conf
from accounts_ledger.models import Account


def label(account: Account) -> str:
    """Return how *account* is called towards shoppers: "Gift card ••••7XQ2"."""
    unit = str(conf.get("ACCOUNTS_UNIT_NAME"))
    if account.has_code:
        return f"{unit} {account.masked_code}"
    return account.name or unit

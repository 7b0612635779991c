"""Lets the instances that callers passed in say what the database says now."""

from __future__ import annotations

from accounts_ledger.models import Account, Hold, Transfer
from accounts_ledger.posting.request import TransferRequest


def sync_account(passed: Account, locked: Account) -> None:
    """Let *passed* carry the balance, the held value and the number of entries of *locked*."""
    passed.balance, passed.held, passed.sequence = locked.balance, locked.held, locked.sequence


def sync_captured(request: TransferRequest, transfer: Transfer) -> None:
    """Let the hold that *request* captured say that *transfer* did so."""
    if request.captures and transfer.reference == request.reference:
        request.captures.status = Hold.Status.CAPTURED
        request.captures.date_ended = transfer.date_created

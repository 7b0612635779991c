"""Posting: the act of writing transfers and holds. Only `accounts_ledger.facade` calls it.

Two engines keep one contract: `postgresql` posts with a single statement, `orm` does the same through Django's ORM
for SQLite and any other database. `batch` posts many transfers at once on both.
"""

from accounts_ledger.posting.batch import post_many
from accounts_ledger.posting.engine import ledger_connection, post, post_hold, post_release, serialised
from accounts_ledger.posting.issuing import Issuing, issuing
from accounts_ledger.posting.new_account import NewAccount
from accounts_ledger.posting.request import HoldRequest, TransferRequest

__all__ = [
    "HoldRequest",
    "Issuing",
    "NewAccount",
    "TransferRequest",
    "issuing",
    "ledger_connection",
    "post",
    "post_hold",
    "post_many",
    "post_release",
    "serialised",
]

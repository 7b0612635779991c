"""Posting: the act of writing transfers and holds. Only the operations behind `accounts_ledger.facade` call it.

A single transfer is a list of one. `engine` chooses between two ways that keep one contract: `postgresql` posts in one
call of a function, `portable` in Python, for SQLite and for lists that are too long for a call. `bulk_issue` creates
and loads very many accounts. Both write whole rows through `rows`.
"""

from accounts_ledger.posting.bulk_issue import Issuing, NewAccount, issuing
from accounts_ledger.posting.connection import ledger_connection
from accounts_ledger.posting.engine import post, post_many, retry_on_conflict
from accounts_ledger.posting.holds import post_hold, release
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
    "release",
    "retry_on_conflict",
]

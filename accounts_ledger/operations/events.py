"""Publishes what became of requests to move money, as the signals of `accounts_ledger.signals`."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts_ledger import posting, signals
from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Transfer
from accounts_ledger.posting import TransferRequest


def publish_posted(requests: Sequence[TransferRequest], transfers: Sequence[Transfer], seconds: float) -> None:
    """Publish *transfers*, which answer *requests*, once they are committed: a rollback may still undo them."""
    # A repeated request is answered with the transfer of the first one, which has the first one's reference.
    new = [made.kind for asked, made in zip(requests, transfers, strict=True) if asked.reference == made.reference]
    publish_written(Counter(new), seconds, repeated=len(transfers) - len(new))


def publish_written(kinds: Mapping[str, int], seconds: float | None = None, *, repeated: int = 0) -> None:
    """Publish transfers by their *kinds*, once they are committed."""
    if signals.transfers_posted.has_listeners(Transfer):
        tell = functools.partial(
            signals.transfers_posted.send_robust, Transfer, kinds=kinds, repeated=repeated, seconds=seconds
        )
        transaction.on_commit(tell, using=posting.ledger_connection().alias)


def publish_refused(kind: str, error: AccountException) -> None:
    """Publish that a request for a transfer of *kind* was refused."""
    signals.transfer_refused.send_robust(Transfer, kind=kind, error=error)

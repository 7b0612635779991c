"""Several months of believable ledger history, written through the facade in chronological order."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from accounts_ledger.exceptions import AccountException
from accounts_ledger.models import Account, Transaction, Transfer
from accounts_ledger.money import ZERO
from accounts_ledger.verification import record, verify_ledger
from backoffice.demo import batch, cards, known_cards, orders
from backoffice.demo.cast import Cast
from backoffice.demo.timeline import Timeline

CARDS = 280
DAYS = 210


class LedgerInUse(AccountException):
    """The ledger has transfers already, which a made-up past would get mixed up with."""


class OutOfBalance(AccountException):
    """The books do not balance."""


def create(users: dict[str, User]) -> int:
    """Write the history, whole or not at all, and return the number of transfers; 0 if it was written before.

    Raises:
        LedgerInUse: there are other transfers already.
        OutOfBalance: the books do not balance afterwards; nothing was written.
    """
    if known_cards.exist():
        return 0
    if Transfer.objects.exists():
        raise LedgerInUse("The ledger has transfers already: no history was made up.")
    now = timezone.localtime()
    with _without_a_log_line_for_each(), transaction.atomic():
        cast, timeline = Cast(users, now), Timeline(now)
        known_cards.Stories(cast, timeline).plan()
        cards.live(cast, timeline, CARDS, DAYS)
        batch.plan(cast, timeline)
        timeline.run()
        orders.sell_gift_card(cast)
        orders.decline_payment()
        check_books()
        record(verify_ledger(), users["auditor"])
    return Transfer.objects.count()


def check_books() -> None:
    """Raise OutOfBalance unless balances and transactions sum to zero and agree, in every currency."""
    for currency, total in Account.objects.values_list("currency").annotate(Sum("balance")):
        if total.quantize(ZERO):
            raise OutOfBalance(f"The balances in {currency} sum to {total}, not zero.")
    moved = Transaction.objects.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    if moved.quantize(ZERO):
        raise OutOfBalance(f"The transactions sum to {moved}, not zero.")
    sums = Account.objects.annotate(total=Sum("transactions__amount")).exclude(sequence=0)
    for pk, balance, total in sums.values_list("pk", "balance", "total"):
        if total.quantize(ZERO) != balance:
            raise OutOfBalance(f"Account #{pk} says {balance}, its transactions {total}.")
    if Account.objects.exclude(credit_limit=None).filter(balance__lt=-F("credit_limit")).exists():
        raise OutOfBalance("An account is below its credit limit.")


@contextmanager
def _without_a_log_line_for_each() -> Iterator[None]:
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)

"""Many new accounts with their first load from one source: all or nothing, the source locked for one transfer only.

The source of loads is in nearly every checkout too. If each new account were loaded from it directly, it would be
locked while all of them are written, and every one of its foreign key checks would wade through the versions of its
row that checkouts leave behind meanwhile. So the value goes through an account of the batch's own, that nobody else
uses and that is of the source's type: first from there to all the new accounts, then, as the very last thing before
the commit, in one transfer from the source to there, after which it holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from accounts_ledger import exceptions
from accounts_ledger.models import Account, Transaction, Transfer
from accounts_ledger.money import LARGEST, ZERO
from accounts_ledger.posting import bulk_write, engine, ids, moment
from accounts_ledger.posting.orm import side
from accounts_ledger.posting.request import TransferRequest


@contextmanager
def issuing(request: TransferRequest) -> Iterator[Issuing]:
    """Yield what accounts are added to; see `accounts_ledger.facade.issuing`.

    The destination of *request* is the batch's own account, new and without a credit limit; its amount means nothing.
    """
    connection = engine.ledger_connection()
    with transaction.atomic(using=connection.alias):
        issuing = Issuing(connection, request)
        yield issuing
        issuing.fund()


class Issuing:
    """The accounts added so far, all of them in the transaction that began with this object."""

    def __init__(self, connection: BaseDatabaseWrapper, request: TransferRequest) -> None:
        self.connection, self.request = connection, request
        self.pool = request.destination
        self.at = request.at or moment.now(connection)
        self.count, self.total = 0, ZERO

    def add(self, accounts: Sequence[Account], amounts: Sequence[Decimal]) -> None:
        """Write *accounts* with their first load; see `accounts_ledger.operations.issue_many`."""
        if self.total + sum(amounts, ZERO) > LARGEST:
            raise exceptions.InvalidAmount(_("A balance may not go beyond %s.") % LARGEST)
        pks = ids.reserve(self.connection, Account, len(accounts))
        transfer_pks = ids.reserve(self.connection, Transfer, len(accounts))
        transfers: list[Transfer] = []
        sides: list[Transaction] = []
        for account, amount, pk, transfer_pk in zip(accounts, amounts, pks, transfer_pks, strict=True):
            account.pk, account.balance, account.held, account.sequence = pk, ZERO, ZERO, 0
            transfer = self.request.as_transfer_to(account, self.pool, amount, transfer_pk, self.at)
            transfers.append(transfer)
            sides += side(transfer, self.pool, -amount, self.at), side(transfer, account, amount, self.at)
            self.total += amount
        self.count += len(accounts)
        bulk_write.accounts(self.connection, accounts)
        bulk_write.journal(self.connection, transfers, sides)
        self._check()

    def fund(self) -> None:
        """Move the value of all loads from the source, which is locked from here to the commit."""
        if not self.count:
            return
        bulk_write.balances(self.connection, [self.pool])
        self._check()
        engine.post(self.request.funding(self.total))
        # From now on it is an account that can give no more than it has, and it has nothing.
        self.pool.credit_limit = ZERO
        self.pool.save(update_fields=["credit_limit"])

    def _check(self) -> None:
        """Have the database check now what it would check at commit: in small portions, before the source is locked."""
        if self.connection.vendor == "postgresql":
            with self.connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")

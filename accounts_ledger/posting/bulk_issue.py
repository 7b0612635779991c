"""Many new accounts with their first load from one source: all or nothing, the source locked for one transfer only.

The source of loads is in nearly every checkout too. If each new account were loaded from it directly, it would be
locked while all of them are written, and every one of its foreign key checks would wade through the versions of its
row that checkouts leave behind meanwhile. So the value goes through an account of the batch's own, that nobody else
uses and that is of the source's type: first from there to all the new accounts, then, as the very last thing before
the commit, in one transfer from the source to there, after which it holds nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from accounts_ledger import clock, code_keys, codes, exceptions
from accounts_ledger.models import Account, Transfer
from accounts_ledger.models.account_queries import refuse_taken
from accounts_ledger.money import LARGEST, ZERO
from accounts_ledger.posting import engine, rows
from accounts_ledger.posting.connection import database_now, ledger_connection
from accounts_ledger.posting.request import TransferRequest

#: What differs from one new account to the next; everything else is as in an account that was just made.
_OWN = ("id", "code", "code_hash", "code_tail", "status", "account_type_id", "start_date", "end_date",
        "primary_user_id", "holder_email", "description", "product_range_id", "batch_id", "balance",
        "sequence")  # fmt: skip
_SHARED = tuple(field.attname for field in Account._meta.concrete_fields if field.attname not in _OWN)
#: Likewise of their loads.
_OWN_OF_LOAD = ("id", "reference", "destination_id", "amount")
_SHARED_OF_LOADS = (
    "source_id", "kind", "user_id", "username", "merchant_reference", "description", "date_created",
)  # fmt: skip


class NewAccount(NamedTuple):
    """One of very many accounts to be issued: plain values, because model instances of all of them take long to make.

    ``amount`` is its first load, in the currency of the source that pays for it; the account is in that currency too.
    Moments are aware. ``code`` may be as it was typed: it is brought into the form in which codes are stored.
    """

    code: str
    amount: Decimal
    status: str = Account.OPEN
    account_type_id: int | None = None
    start_date: datetime.datetime | None = None
    end_date: datetime.datetime | None = None
    primary_user_id: int | None = None
    holder_email: str = ""
    description: str = ""
    product_range_id: int | None = None
    batch_id: int | None = None


@contextmanager
def issuing(request: TransferRequest) -> Iterator[Issuing]:
    """Yield what accounts are added to; see `accounts_ledger.facade.issuing`.

    The destination of *request* is the batch's own account, new and without a credit limit; its amount means nothing.
    """
    connection = ledger_connection()
    with transaction.atomic(using=connection.alias):
        issuing = Issuing(connection, request)
        yield issuing
        issuing.fund()


class Issuing:
    """The accounts added so far, all of them in the transaction that began with this object."""

    def __init__(self, connection: BaseDatabaseWrapper, request: TransferRequest) -> None:
        self.connection, self.request = connection, request
        self.pool = request.destination
        self.at = request.at or database_now(connection)
        self.count, self.total = 0, ZERO
        blank = Account(currency=self.pool.currency, date_created=clock.now())
        self._of_all_accounts = tuple(getattr(blank, column) for column in _SHARED)
        self._of_all_loads = (
            self.pool.pk,
            str(request.kind),
            request.author.pk if request.author else None,
            request.username,
            request.merchant_reference,
            request.description,
            self.at,
        )

    def add(self, accounts: Sequence[NewAccount]) -> None:
        """Write *accounts* with their first load; see `accounts_ledger.operations.issue_many`."""
        if self.total + sum((account.amount for account in accounts), ZERO) > LARGEST:
            raise exceptions.InvalidAmount(_("A balance may not go beyond %s.") % LARGEST)
        pks = rows.reserve_ids(self.connection, Account, len(accounts))
        transfer_pks = rows.reserve_ids(self.connection, Transfer, len(accounts))
        self._create(accounts, pks)
        self._load(accounts, pks, transfer_pks)
        self.count += len(accounts)
        self._check()

    def _create(self, accounts: Sequence[NewAccount], pks: Sequence[int]) -> None:
        refuse_taken(new.code for new in accounts)
        # Sealed here: an instance of a model, which would do so by itself, takes ten times as long.
        key = code_keys.keyring()[0]
        values = (
            (
                pk, key.seal(new.code), key.digest(new.code), codes.tail(new.code), new.status, new.account_type_id,
                new.start_date, new.end_date, new.primary_user_id, new.holder_email,
                new.description, new.product_range_id, new.batch_id, new.amount, 1,
                *self._of_all_accounts,
            )
            for new, pk in zip(accounts, pks, strict=True)
        )  # fmt: skip
        rows.insert(self.connection, Account, _OWN + _SHARED, values)

    def _load(self, accounts: Sequence[NewAccount], pks: Sequence[int], transfer_pks: Sequence[int]) -> None:
        loads = []
        pool = self.pool
        for new, pk, transfer_pk in zip(accounts, pks, transfer_pks, strict=True):
            pool.balance -= new.amount
            pool.sequence += 1
            figures = (pool.balance, pool.sequence, new.amount, 1)
            loads.append((transfer_pk, codes.reference(), pk, new.amount, *self._of_all_loads, *figures))
            self.total += new.amount
        rows.insert_postings(self.connection, _OWN_OF_LOAD + _SHARED_OF_LOADS, loads)

    def fund(self) -> None:
        """Move the value of all loads from the source, which is locked from here to the commit."""
        if not self.count:
            return
        rows.update_balances(self.connection, [self.pool])
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

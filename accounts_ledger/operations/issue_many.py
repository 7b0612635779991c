"""Issuing very many accounts at once: created and loaded from one source, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import codes, exceptions, limits, posting
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import amount_of
from accounts_ledger.operations.transfer import check_text
from accounts_ledger.posting import TransferRequest

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@contextmanager
def issuing(
    source: Account,
    *,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
) -> Iterator[BulkIssue]:
    """Create and load accounts within the block, in one database transaction that ends with it.

    ::

        with facade.issuing(bank, user=clerk, merchant_reference="BATCH-1") as issue:
            issue.add(accounts, amounts)

    The value goes through an account of the issue's own, of the source's type, named after *merchant_reference*: the
    source is debited once, with the total, at the end of the block. It is locked for that one transfer only, however
    many accounts there are. What else belongs to the same act can be written within the block; an exception undoes
    everything.

    Raises:
        AccountException: as `facade.issue`, from ``add`` and from the end of the block.
    """
    check_text(_("merchant reference"), merchant_reference, 128)
    check_text(_("description"), description, 256)
    with transaction.atomic(using=posting.ledger_connection().alias):
        request = TransferRequest(
            source=source,
            destination=_pool(source, merchant_reference, description),
            amount=Decimal(0),
            kind=Transfer.Kind.LOAD,
            user=user,
            merchant_reference=merchant_reference,
            description=description,
            check_authority=False,
        )
        with posting.issuing(request) as writer:
            yield BulkIssue(source, writer)


def _pool(source: Account, merchant_reference: str | None, description: str | None) -> Account:
    """Create the account through which the value of one bulk issue goes: see `accounts_ledger.posting.issuing`."""
    return Account.objects.create(
        name=merchant_reference or _("Issue %s") % codes.reference(),
        description=description or "",
        account_type=source.account_type,
        currency=source.currency,
        credit_limit=None,
    )


class BulkIssue:
    """What `issuing` yields."""

    def __init__(self, source: Account, writer: posting.Issuing) -> None:
        self._source, self._writer = source, writer

    @property
    def count(self) -> int:
        """How many accounts were added."""
        return self._writer.count

    @property
    def total(self) -> Decimal:
        """Their value in all, in units of the source's currency."""
        return self._writer.total

    def add(self, accounts: Sequence[Account], amounts: Sequence[Decimal]) -> None:
        """Write *accounts*, which must be new and have codes, each loaded with its amount.

        An account may be issued frozen: its value is there, and nobody can spend it until it is thawed.

        Raises:
            LimitExceeded, InvalidAmount: an amount is not one that a new account can start with.
            CurrencyMismatch, ClosedAccount: an account is in another currency than the source, or closed.
            IntegrityError: a code is taken.
        """
        exact = [self._checked(account, amount) for account, amount in zip(accounts, amounts, strict=True)]
        self._writer.add(accounts, exact)

    def _checked(self, account: Account, amount: Decimal) -> Decimal:
        if account.pk is not None:
            raise exceptions.AccountException(_("%s was saved before: only new accounts can be issued.") % account)
        if account.currency != self._source.currency:
            raise exceptions.CurrencyMismatch(
                _("%(source)s is in %(one)s, but an account to be issued is in %(other)s.")
                % {"source": self._source, "one": self._source.currency, "other": account.currency}
            )
        if account.is_closed():
            raise exceptions.ClosedAccount(_("An account cannot be issued closed."))
        exact = amount_of(amount, account.currency)
        limits.check_load(exact, account.currency)
        limits.check_initial(exact, account.currency)
        return exact

"""Issuing very many accounts at once: created and loaded from one source, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_ledger import codes, exceptions, limits, posting
from accounts_ledger.models import Account, Transfer
from accounts_ledger.money import amount_of
from accounts_ledger.operations import telling
from accounts_ledger.operations.issue import check_code
from accounts_ledger.operations.transfer import check_text
from accounts_ledger.posting import NewAccount, TransferRequest

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@contextmanager
def issuing(
    source: Account,
    *,
    user: AbstractBaseUser | None = None,
    merchant_reference: str | None = None,
    description: str | None = None,
    allow_guessable_codes: bool = False,
) -> Iterator[BulkIssue]:
    """Create and load accounts within the block, in one database transaction that ends with it.

    ::

        with facade.issuing(bank, user=clerk, merchant_reference="BATCH-1") as issue:
            issue.add([facade.NewAccount(code=code, amount=Decimal("10.00")) for code in codes])

    The value goes through an account of the issue's own, of the source's type, named after *merchant_reference*: the
    source is debited once, with the total, at the end of the block. It is locked for that one transfer only, however
    many accounts there are. What else belongs to the same act can be written within the block; an exception undoes
    everything.

    Args:
        allow_guessable_codes: cards of another system come with the codes that they have. Somebody has to have decided
            that those among them which can be guessed are loaded.

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
            yield BulkIssue(source, writer, allow_guessable_codes=allow_guessable_codes)
        if writer.count:
            telling.written({Transfer.Kind.LOAD: writer.count, Transfer.Kind.TRANSFER: 1})


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

    def __init__(self, source: Account, writer: posting.Issuing, *, allow_guessable_codes: bool = False) -> None:
        self._source, self._writer = source, writer
        self._allow_guessable_codes = allow_guessable_codes

    @property
    def count(self) -> int:
        """How many accounts were added."""
        return self._writer.count

    @property
    def total(self) -> Decimal:
        """Their value in all, in units of the source's currency."""
        return self._writer.total

    def add(self, accounts: Iterable[NewAccount]) -> None:
        """Write *accounts*, each loaded with its amount.

        An account may be issued frozen: its value is there, and nobody can spend it until it is thawed.

        Raises:
            LimitExceeded, InvalidAmount: an amount is not one that a new account can start with.
            ClosedAccount: an account would be closed from its beginning.
            GuessableCode: a code is too short or too regular, and that was not allowed.
            IntegrityError: a code is taken.
        """
        self._writer.add([self._checked(account) for account in accounts])

    def _checked(self, account: NewAccount) -> NewAccount:
        if account.status == Account.CLOSED:
            raise exceptions.ClosedAccount(_("An account cannot be issued closed."))
        if not self._allow_guessable_codes:
            check_code(account.code)
        exact = amount_of(account.amount, self._source.currency)
        limits.check_load(exact, self._source.currency)
        limits.check_initial(exact, self._source.currency)
        return account if exact is account.amount else account._replace(amount=exact)
